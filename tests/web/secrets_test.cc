#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include "web/certificate.h"
#include "web/password_hash.h"
#include "web/private_file.h"
#include "web/secret.h"

namespace tokimori::web {
namespace {

std::string fresh_directory() {
    std::string directory = testing::TempDir() + "tokimori-XXXXXX";
    EXPECT_NE(::mkdtemp(directory.data()), nullptr);
    return directory;
}

TEST(Secret, IsRandomAndOfTheAskedLength) {
    EXPECT_EQ(random_hex(32).size(), 64U);
    EXPECT_NE(random_hex(32), random_hex(32));
    EXPECT_NE(random_number(), random_number());
    EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(SetupCode, IsEasyToTypeAndNeverTheSame) {
    std::set<std::string> codes;
    for (int i = 0; i < 50; ++i) {
        const std::string code = new_setup_code();
        EXPECT_EQ(code.size(), 23U) << code;
        EXPECT_EQ(code[5], '-');
        EXPECT_EQ(code.find_first_of("0125IOabc"), std::string::npos) << code;
        EXPECT_TRUE(codes.insert(code).second);
    }
    EXPECT_EQ(tidy_setup_code(" abc-DE 3"), "ABCDE3");
}

TEST(PasswordHash, IsYescryptAndFitsOnlyItsPassword) {
    const auto hash = hash_password("correct horse battery", 1);
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->starts_with("$y$")) << *hash;
    EXPECT_TRUE(password_matches("correct horse battery", *hash));
    EXPECT_FALSE(password_matches("correct horse batterY", *hash));
    EXPECT_FALSE(password_matches("correct horse battery", ""));
    EXPECT_FALSE(password_matches("correct horse battery", "*0"));
    EXPECT_NE(hash_password("correct horse battery", 1), hash) << "each has its own salt";
}

TEST(HashingThread, WorksAsideAndRefusesWhatIsTooMuch) {
    std::atomic<int> delivered{0};
    std::atomic<bool> go{false};
    int begun = 0;
    {
        HashingThread thread{[&](const std::function<void()>& done) { done(); }};
        while (thread.run([&] { go.wait(false); }, [&] { ++delivered; })) {
            ++begun;
            ASSERT_LT(begun, 100);
        }
        EXPECT_EQ(delivered, 0);
        go = true;
        go.notify_all();
    }
    EXPECT_EQ(begun, 8);
    EXPECT_EQ(delivered, 8);
}

TEST(PrivateFile, IsWrittenWholeAndForItsOwnerOnly) {
    const std::string directory = fresh_directory();
    const std::string path = directory + "/key.pem";
    EXPECT_EQ(write_private_file(path, "one"), "");
    EXPECT_EQ(write_private_file(path, "two"), "");
    EXPECT_EQ(read_private_file(path), "two");
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
    EXPECT_NE(write_private_file(directory + "/not/there", "x"), "");
    EXPECT_FALSE(read_private_file(directory + "/missing"));
    std::filesystem::remove_all(directory);
}

TEST(Certificate, IsNotMadeWhereAKeyIsThatCannotBeUsed) {
    const std::string directory = fresh_directory();
    const KeyAndCertificate whole = certificate_in(directory);
    std::filesystem::remove(directory + "/certificate.pem");
    EXPECT_THROW(certificate_in(directory), std::runtime_error) << "it may be somebody's own";
    EXPECT_EQ(read_private_file(directory + "/key.pem"), whole.key);
    std::filesystem::remove(directory + "/key.pem");
    std::filesystem::create_directory(directory + "/key.pem");
    EXPECT_THROW(certificate_in(directory), std::runtime_error) << "nor can this be read";
    std::filesystem::remove(directory + "/key.pem");
    EXPECT_NE(certificate_in(directory).key, whole.key) << "as after a power cut between the two";
    std::filesystem::remove_all(directory);
}

TEST(Certificate, IsMadeOnceAndNamesTheMachine) {
    const std::string directory = fresh_directory();
    const KeyAndCertificate first = certificate_in(directory);
    EXPECT_TRUE(first.key.starts_with("-----BEGIN PRIVATE KEY-----"));
    EXPECT_EQ(certificate_in(directory).certificate, first.certificate);
    EXPECT_EQ(fingerprint_of(first.certificate).size(), 95U);
    EXPECT_EQ(fingerprint_of("nonsense"), "");
    EXPECT_NE(fingerprint_of(make_certificate({"toki", "192.0.2.1", "2001:db8::1"}).certificate),
              fingerprint_of(first.certificate));
    std::filesystem::remove_all(directory);
    EXPECT_THROW(certificate_in(directory + "/missing"), std::runtime_error);
}

}  // namespace
}  // namespace tokimori::web
