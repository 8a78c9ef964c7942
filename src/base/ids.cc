#include "base/ids.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/clock.h"

namespace qianxian {
namespace {

uint64_t RotateLeft(uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

uint64_t SplitMix64(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// Kernel randomness taken a page at a time: one system call an id would cost more than the id.
struct Pool {
  static constexpr size_t kWords = 64;
  uint64_t words[kWords];
  size_t used = kWords;
};

void Refill(Pool& pool) {
  auto* out = reinterpret_cast<unsigned char*>(pool.words);
  size_t done = 0;
  while (done < sizeof pool.words) {
    ssize_t got = getrandom(out + done, sizeof pool.words - done, 0);
    if (got < 0 && errno == EINTR) continue;
    QX_CHECK(got > 0, "the kernel gives no randomness");
    done += static_cast<size_t>(got);
  }
  pool.used = 0;
}

}  // namespace

void Random::Fill(void* out, size_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  while (size > 0) {
    uint64_t word = Next();
    size_t part = size < sizeof word ? size : sizeof word;
    std::memcpy(bytes, &word, part);
    bytes += part;
    size -= part;
  }
}

uint64_t SystemRandom::Next() {
  thread_local Pool pool;
  if (pool.used == Pool::kWords) Refill(pool);
  uint64_t word = pool.words[pool.used];
  pool.words[pool.used++] = 0;  // what was handed out may be a secret: it does not stay here
  return word;
}

SeededRandom::SeededRandom(uint64_t seed) {
  for (uint64_t& word : state_) word = SplitMix64(seed);
}

uint64_t SeededRandom::Next() {
  uint64_t result = RotateLeft(state_[1] * 5, 7) * 9;
  uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = RotateLeft(state_[3], 45);
  return result;
}

std::string NewUuid(Clock& clock, Random& random) {
  int64_t now = clock.Now().microseconds;
  uint64_t milliseconds = static_cast<uint64_t>(now / 1000) & 0xffffffffffffULL;
  // RFC 9562 §6.2 method 3: the twelve bits after the version carry the time within the millisecond, so that ids made
  // one after the other sort that way.
  uint64_t within = static_cast<uint64_t>(now % 1000) * 4096 / 1000;
  uint64_t high = (milliseconds << 16) | 0x7000 | (within & 0xfff);
  uint64_t low = (random.Next() & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    uint64_t word = i < 16 ? high : low;
    text += kHex[(word >> (60 - 4 * (i % 16))) & 15];
  }
  return text;
}

}  // namespace qianxian
