// The program over https: its own certificate, a new one while it runs, the command line beside it, and proxies.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include "base/text.h"
#include "edge/program.h"
#include "http/certificates_for_tests.h"

namespace qianxian::tests {
namespace {

class Https : public testing::Test {
 protected:
  uint16_t PortOf(Child& child, const std::string& before) {
    if (!child.WaitFor("/  (", 60)) return 0;
    size_t at = child.out().find(before);
    return at == std::string::npos ? 0 : static_cast<uint16_t>(std::strtoul(child.out().c_str() + at + before.size(), nullptr, 10));
  }
  // Signing out says what the cookie is like, whoever asks.
  http::ClientRequest SignOut(uint16_t port) {
    http::ClientRequest request;
    request.port = port;
    request.method = "DELETE";
    request.target = "/api/session";
    request.headers = {{"Authorization", "Bearer " + TokenOf(data_)}, {"X-Forwarded-Proto", "https"}};
    return request;
  }
  std::string CookieOf(const http::ClientRequest& request) {
    Result<http::Response> answer = http::Send(request);
    if (!answer.ok()) return Describe(answer.error());
    return std::string(answer->Header("set-cookie"));
  }

  Folder folder_;
  std::string data_ = folder_.path("data");
};

TEST_F(Https, ServesAndTakesANewCertificate) {
  const http::TlsOptions files = http::WriteTlsFiles(folder_.path(), "server", http::TestCertificate({}));
  Child child({"serve", "--data", data_, "--port", "0", "--certificate", files.certificate_file, "--key", files.key_file});
  uint16_t port = PortOf(child, "https://127.0.0.1:");
  ASSERT_NE(port, 0) << child.out();
  http::ClientRequest request = SignOut(port);
  request.tls = true;
  request.ca_file = files.certificate_file;
  EXPECT_NE(CookieOf(request).find("; Secure"), std::string::npos) << CookieOf(request);
  Ended measured = RunProgram({"measure", "--data", data_, "--period", "2025", "--format", "json"});
  EXPECT_EQ(measured.code, 0) << "asks the running server: " << measured.err;

  request.method = "GET";
  http::WriteTlsFiles(folder_.path(), "server", http::TestCertificate({}));
  EXPECT_FALSE(http::Send(request).ok()) << "the file is another's now";
  measured = RunProgram({"measure", "--data", data_, "--period", "2025"});
  EXPECT_EQ(measured.code, 2);
  EXPECT_NE(measured.err.find("kill -HUP"), std::string::npos) << "says what to do: " << measured.err;
  child.Signal(SIGHUP);
  bool taken = false;
  for (int tries = 0; tries < 2000 && !taken; ++tries) {
    poll(nullptr, 0, 5);
    taken = http::Send(request).ok();
  }
  EXPECT_TRUE(taken);
  folder_.Write("server.pem", "no certificate");
  child.Signal(SIGHUP);
  child.Signal(SIGTERM);                   // SIGHUP is taken first: it has the lower number
  Ended ended = child.End();
  EXPECT_EQ(ended.code, 0);
  EXPECT_NE(ended.err.find("证书未更换"), std::string::npos) << ended.err;
}

TEST_F(Https, RefusesAKeyThatOthersCanRead) {
  const http::TlsOptions files = http::WriteTlsFiles(folder_.path(), "server", http::TestCertificate({}));
  chmod(files.key_file.c_str(), 0644);
  Ended ended = RunProgram({"serve", "--data", data_, "--port", "0", "--certificate", files.certificate_file, "--key", files.key_file});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("chmod 600"), std::string::npos) << ended.err;
  EXPECT_EQ(RunProgram({"serve", "--data", data_, "--port", "0", "--certificate", files.certificate_file}).code, 2) << "without a key";
}

TEST_F(Https, ForwardedHeadersCountOnlyBehindAProxy) {
  for (bool behind : {false, true}) {
    std::vector<std::string> arguments = {"serve", "--data", data_, "--port", "0"};
    if (behind) arguments.push_back("--behind-proxy");
    Child child(arguments);
    uint16_t port = PortOf(child, "http://127.0.0.1:");
    ASSERT_NE(port, 0) << child.out();
    const std::string cookie = CookieOf(SignOut(port));
    EXPECT_EQ(cookie.find("; Secure") != std::string::npos, behind) << cookie;
    child.Signal(SIGHUP);                  // without a certificate: the terminal has gone
    EXPECT_EQ(child.End().code, 0);
  }
}

}  // namespace
}  // namespace qianxian::tests
