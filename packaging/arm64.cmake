# Compiles for arm64, as of a Raspberry Pi, on another Debian machine: packaging/install-dependencies build hil
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(PKG_CONFIG_EXECUTABLE /usr/bin/aarch64-linux-gnu-pkg-config)
# What is built also runs here, if slowly: unit tests, and their discovery at build time.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
