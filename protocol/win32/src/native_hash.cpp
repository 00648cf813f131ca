// Hashes for the native build, by OpenSSL. What ships uses Windows (hash.cpp).
#include <openssl/evp.h>

#include <stdexcept>
#include <string>

#include "onbehalf/win32/hash.h"

namespace onbehalf::win32 {
namespace {

void Check(bool is_done, const char* operation) {
  if (!is_done) throw std::runtime_error(std::string(operation) + " failed");
}

EVP_MD* Algorithm(void* algorithm) { return static_cast<EVP_MD*>(algorithm); }
EVP_MD_CTX* Context(void* hash) { return static_cast<EVP_MD_CTX*>(hash); }

}  // namespace

void HashObject::CloseAlgorithm::operator()(void* algorithm) const noexcept {
  ::EVP_MD_free(Algorithm(algorithm));
}
void HashObject::CloseHash::operator()(void* hash) const noexcept { ::EVP_MD_CTX_free(Context(hash)); }

HashObject::HashObject(HashAlgorithm algorithm)
    : algorithm_(::EVP_MD_fetch(nullptr, algorithm == HashAlgorithm::kSha1 ? "SHA1" : "SHA256", nullptr)),
      hash_(::EVP_MD_CTX_new()) {
  Check(algorithm_ != nullptr, "EVP_MD_fetch");
  Check(hash_ != nullptr, "EVP_MD_CTX_new");
  Check(::EVP_DigestInit_ex2(Context(hash_.get()), Algorithm(algorithm_.get()), nullptr) == 1,
        "EVP_DigestInit_ex2");
}

void HashObject::Add(std::string_view part) {
  Check(::EVP_DigestUpdate(Context(hash_.get()), part.data(), part.size()) == 1, "EVP_DigestUpdate");
}

void HashObject::Finish(std::span<unsigned char> digest) {
  if (digest.size() != static_cast<std::size_t>(::EVP_MD_get_size(Algorithm(algorithm_.get())))) {
    throw std::invalid_argument("the digest does not have the size of the algorithm");
  }
  Check(::EVP_DigestFinal_ex(Context(hash_.get()), digest.data(), nullptr) == 1, "EVP_DigestFinal_ex");
  Check(::EVP_DigestInit_ex2(Context(hash_.get()), Algorithm(algorithm_.get()), nullptr) == 1,
        "EVP_DigestInit_ex2");
}

}  // namespace onbehalf::win32
