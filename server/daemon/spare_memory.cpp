#include "server/daemon/spare_memory.h"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace tokimori {
namespace {

/// Whether the loader has written where nobody may write later.
bool has_text_relocations(const dl_phdr_info& object) {
    for (int i = 0; i < int{object.dlpi_phnum}; ++i) {
        if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) {
            continue;
        }
        const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0)) {
                return true;
            }
        }
    }
    return false;
}

int give_back_object(dl_phdr_info* object, std::size_t, void*) {
    const bool is_kernels = object->dlpi_addr == getauxval(AT_SYSINFO_EHDR);
    if (is_kernels || has_text_relocations(*object)) {
        return 0;
    }
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int i = 0; i < int{object->dlpi_phnum}; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0) {
            const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
            const std::uintptr_t first = begin - begin % page;
            madvise(reinterpret_cast<void*>(first), begin + segment.p_memsz - first, MADV_DONTNEED);
        }
    }
    return 0;
}

}  // namespace

void give_back_freed_memory() {
    malloc_trim(0);
}

void give_back_start_pages() {
    dl_iterate_phdr(give_back_object, nullptr);
}

}  // namespace tokimori
