// The real program as a child process, for tests: run to its end, or running as a server. Blocking reads with a time limit;
// nothing sleeps. One thread a child.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "http/server.h"

namespace qianxian::tests {

struct Ended {
  int code = -1;                           // exit code; 128 + signal where it was killed; -1 where it could not run
  std::string out, err;
  std::string LastLine() const;            // of out
};

class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments);
  ~Child();                                // kills what still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Reads standard output until `text` stands in it: true; false at its end or after `seconds`.
  bool WaitFor(const std::string& text, int seconds);
  void Signal(int number) const;
  Ended End();                             // waits
  const std::string& out() const { return ended_.out; }
  pid_t pid() const { return pid_; }

 private:
  bool ReadSome(int milliseconds);         // false: both ends are closed
  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;
  bool waited_ = false;
  Ended ended_;
};

std::string ProgramPath();
Ended RunProgram(const std::vector<std::string>& arguments);

// A folder that is gone with the object.
class Folder {
 public:
  std::string path(const std::string& name = {}) const { return name.empty() ? place_.path() : place_ / name; }
  std::string Write(const std::string& name, const std::string& content) const;

 private:
  TemporaryFolder place_;
};

// `serve` on a free port, ready.
class Server {
 public:
  explicit Server(const std::string& data, std::vector<std::string> more = {});
  bool ready() const { return port_ != 0; }
  uint16_t port() const { return port_; }
  Child& child() { return child_; }
  http::Response Send(const std::string& method, const std::string& target, const std::string& body = {},
                      std::vector<std::pair<std::string, std::string>> headers = {}) const;
  void UseToken(std::string token) { token_ = std::move(token); }

 private:
  Child child_;
  uint16_t port_ = 0;
  std::string token_;
};
std::string TokenOf(const std::string& data, const std::string& user = "admin");

}  // namespace qianxian::tests
