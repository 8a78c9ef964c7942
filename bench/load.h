// A load of HTTP/1.1 requests over kept-alive connections, one at a time on each, from one thread (epoll): a client that
// costs little, because it shares the cores with what it measures. Either each connection asks again as soon as it was answered, or
// requests come at a rate, whatever becomes of them. Owner: whoever makes one; one thread. A connection
// that breaks, or an answer that `right` refuses, counts as wrong. Plain http only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace qianxian::bench {

struct Base {                              // http://HOST:PORT/PATH
  std::string host = "127.0.0.1";
  uint16_t port = 80;
  std::string path;                        // "/fhir", without a slash at its end
  std::string token;                       // "" = no Authorization
};
// False: not of that form.
bool ParseBase(std::string_view url, Base& base);

struct Answer {
  int status = 0;
  std::string_view head;
  std::string_view body;                   // unpacked from its chunks only as far as a search in it goes
};

struct Load {
  std::string name;
  int connections = 32;
  int seconds = 5;
  uint64_t most = 0;                       // requests at most; 0 = as many as the seconds take
  double rate = 0;                         // requests a second; 0 = as fast as the answers come. One that finds every connection
                                           // waiting for an answer waits too, and its time counts from when it should have gone
  bool may_be_refused = false;             // 503 with Retry-After is counted apart, and is no wrong answer
  std::function<std::string(uint64_t number)> request;             // the n-th, whole
  std::function<bool(uint64_t number, const Answer&)> right;
};

struct Measured {
  uint64_t requests = 0, wrong = 0;        // requests: those that were answered and not refused
  uint64_t refused = 0;
  uint64_t late = 0;                       // found every connection waiting, and went only when one was answered
  double seconds = 0;
  std::vector<int64_t> nanoseconds;        // sorted
  int64_t own_nanoseconds = 0;             // of processor, that the client took
  std::string first_wrong;                 // the beginning of the first answer that was
  double At(double share) const;           // milliseconds
  std::vector<int64_t> refused_nanoseconds;   // sorted
  double rate() const { return seconds > 0 ? static_cast<double>(requests) / seconds : 0; }
};

std::string Request(const Base& base, std::string_view method, std::string_view target, std::string_view body = {});
Measured Run(const Base& base, const Load& load);

}  // namespace qianxian::bench
