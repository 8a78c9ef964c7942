#include "edge/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/clock.h"
#include "base/text.h"

extern char** environ;

namespace qianxian::tests {

std::string Ended::LastLine() const {
  std::string_view text = TrimAscii(out);
  size_t line = text.rfind('\n');
  return std::string(line == std::string_view::npos ? text : text.substr(line + 1));
}

std::string ProgramPath() { return QIANXIAN_PROGRAM; }

Child::Child(const std::vector<std::string>& arguments) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  std::string program = ProgramPath();
  std::vector<char*> argv = {program.data()};
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
}

Child::~Child() {
  if (pid_ > 0 && !waited_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

bool Child::ReadSome(int milliseconds) {
  pollfd files[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if (out_ < 0 && err_ < 0) return false;
  if (poll(files, 2, milliseconds) < 0) return true;
  char piece[65536];
  auto take = [&](pollfd& file, int& fd, std::string& into) {
    if (fd < 0 || (file.revents & (POLLIN | POLLHUP | POLLERR)) == 0) return;
    ssize_t got = read(fd, piece, sizeof piece);
    if (got > 0) {
      into.append(piece, static_cast<size_t>(got));
    } else {
      close(fd);
      fd = -1;
    }
  };
  take(files[0], out_, ended_.out);
  take(files[1], err_, ended_.err);
  return out_ >= 0 || err_ >= 0;
}

bool Child::WaitFor(const std::string& text, int seconds) {
  SystemClock clock;
  int64_t until = clock.MonotonicNanoseconds() + int64_t{seconds} * 1'000'000'000;
  while (ended_.out.find(text) == std::string::npos) {
    int64_t left = (until - clock.MonotonicNanoseconds()) / 1'000'000;
    if (left <= 0 || !ReadSome(static_cast<int>(left))) return ended_.out.find(text) != std::string::npos;
  }
  return true;
}

void Child::Signal(int number) const {
  if (pid_ > 0 && !waited_) kill(pid_, number);
}

Ended Child::End() {
  if (pid_ <= 0) return ended_;
  while (ReadSome(-1)) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  waited_ = true;
  ended_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended_;
}

Ended RunProgram(const std::vector<std::string>& arguments) { return Child(arguments).End(); }

std::string Folder::Write(const std::string& name, const std::string& content) const {
  std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

namespace {

std::vector<std::string> ServeArguments(const std::string& data, std::vector<std::string> more) {
  std::vector<std::string> arguments = {"serve", "--data", data, "--port", "0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

Server::Server(const std::string& data, std::vector<std::string> more) : child_(ServeArguments(data, std::move(more))) {
  constexpr std::string_view kBefore = "http://127.0.0.1:";
  if (!child_.WaitFor("/  (", 60)) return;
  size_t at = child_.out().find(kBefore) + kBefore.size();
  port_ = static_cast<uint16_t>(std::strtoul(child_.out().c_str() + at, nullptr, 10));
}

http::Response Server::Send(const std::string& method, const std::string& target, const std::string& body,
                            std::vector<std::pair<std::string, std::string>> headers) const {
  http::ClientRequest request;
  request.port = port_;
  request.method = method;
  request.target = target;
  request.headers = std::move(headers);
  request.timeout_seconds = 300;
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/fhir+json");
  request.body = body;
  Result<http::Response> response = http::Send(request);
  if (response.ok()) return std::move(*response);
  http::Response none;
  none.status = 0;
  none.body = Describe(response.error());
  return none;
}

std::string TokenOf(const std::string& data, const std::string& user) {
  const Ended ended = RunProgram({"token", "--data", data, "--user", user});
  if (ended.code != 0) std::fprintf(stderr, "no token for %s: %s", user.c_str(), ended.err.c_str());   // what follows fails: say why
  return ended.LastLine();
}

}  // namespace qianxian::tests
