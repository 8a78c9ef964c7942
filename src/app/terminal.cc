#include "app/terminal.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace qianxian::app {
namespace {

constexpr int64_t kTerminalNanoseconds = 100'000'000;       // between two states of the line
constexpr int64_t kLineNanoseconds = 10'000'000'000;        // between two lines of a log
constexpr double kLineStep = 0.25;

// A signal handler can reach nothing but globals; this one lives as long as the program.
Cancel stop_requested;

void OnSignal(int number) {
  if (stop_requested.requested()) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  stop_requested.Request();
}

}  // namespace

int Fail(const Error& error) {
  if (!error.zh.empty() && error.zh != error.en) std::fprintf(stderr, "错误：%s\n", error.zh.c_str());
  std::fprintf(stderr, "error: %s\n", error.en.c_str());
  return kCouldNot;
}

void Say(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

Cancel& StopOnSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return stop_requested;
}

ProgressLine::ProgressLine(Clock& clock, std::string what)
    : clock_(clock), what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1), last_shown_(clock.MonotonicNanoseconds()) {}

ProgressLine::~ProgressLine() {
  if (terminal_ && shown_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::Write(const std::string& text) {
  std::fputs(terminal_ ? ("\r\033[K" + text).c_str() : (text + "\n").c_str(), stderr);
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::Show(double fraction, std::string_view details) {
  int64_t now = clock_.MonotonicNanoseconds();
  int64_t wait = terminal_ ? kTerminalNanoseconds : kLineNanoseconds;
  bool far = !terminal_ && fraction - last_fraction_ >= kLineStep && now - last_shown_ >= kTerminalNanoseconds * 10;
  if (now - last_shown_ < wait && !far) return;
  last_shown_ = now;
  last_fraction_ = fraction;
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f%%", fraction * 100);
  Write(what_ + " " + percent + (details.empty() ? "" : "  ") + std::string(details));
}

void ProgressLine::ShowCount(uint64_t done, uint64_t total) {
  Show(total == 0 ? 0 : static_cast<double>(done) / static_cast<double>(total), std::to_string(done) + " / " + std::to_string(total));
}

}  // namespace qianxian::app
