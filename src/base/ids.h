// Ids and chance are arguments, like time. SystemRandom reads the kernel's source; SeededRandom repeats itself from a
// seed (tests, the demonstration county). Threads: SystemRandom any thread; SeededRandom one thread.
#pragma once

#include <cstdint>
#include <string>

namespace qianxian {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
  void Fill(void* out, size_t size);
  double NextUnit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }            // [0, 1)
  uint64_t NextBelow(uint64_t bound) { return bound == 0 ? 0 : Next() % bound; }         // [0, bound)
};

class SystemRandom final : public Random {
 public:
  uint64_t Next() override;
};

class SeededRandom final : public Random {  // xoshiro256** seeded by splitmix64
 public:
  explicit SeededRandom(uint64_t seed);
  uint64_t Next() override;

 private:
  uint64_t state_[4];
};

// A new FHIR id: UUID version 7 in lower case (time-ordered, RFC 9562 §5.7).
class Clock;
std::string NewUuid(Clock& clock, Random& random);

}  // namespace qianxian
