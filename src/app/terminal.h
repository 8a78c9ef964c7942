// What a person at a terminal sees: errors in both languages, progress of long work (one line that changes where
// standard error is a terminal, else now and then a line), and Ctrl-C as a request to stop. Threads: ProgressLine one;
// the Cancel of StopOnSignals may be asked from any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"

namespace qianxian::app {

// Exit codes of every subcommand.
inline constexpr int kDone = 0;
inline constexpr int kDamaged = 1;         // check found damage; pack check/test found faults
inline constexpr int kCouldNot = 2;        // the work could not be done: the message says why

// "错误：…\nerror: …" on standard error; returns kCouldNot.
int Fail(const Error& error);
void Say(std::string_view text);           // a line on standard error

// The first SIGINT or SIGTERM asks to stop, the second ends the program. For commands that work and end.
Cancel& StopOnSignals();

class ProgressLine {
 public:
  ProgressLine(Clock& clock, std::string what);
  ~ProgressLine();
  void Show(double fraction, std::string_view details);
  void ShowCount(uint64_t done, uint64_t total);

 private:
  void Write(const std::string& text);
  Clock& clock_;
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  int64_t last_shown_ = 0;                 // nanoseconds
  double last_fraction_ = 0;
};

}  // namespace qianxian::app
