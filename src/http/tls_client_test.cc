// The client over TLS: whom it trusts, what it says when it does not, and what it takes for an answer.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <thread>

#include "http/certificates_for_tests.h"
#include "http/server.h"
#include "http/test_client.h"

namespace qianxian::http {
namespace {

class TlsClient : public testing::Test {
 protected:
  // A server with this certificate; the request to it, trusting the authority.
  ClientRequest Serve(const TestCertificate& certificate, const std::string& chain = {}) {
    ServerOptions options;
    options.port = 0;
    options.tls = WriteTlsFiles(folder_.path(), "server", certificate, chain);
    auto server = Server::Start(options, [](Request& request) {
      Response response;
      response.body = request.method + " " + request.path + " " + std::string(request.Header("host"));
      if (request.path == "/elsewhere") {
        response.status = 302;
        response.Set("Location", "/here");
      }
      return response;
    });
    EXPECT_TRUE(server.ok()) << Describe(server.error());
    server_ = std::move(server).value();
    ClientRequest request;
    request.port = server_->port();
    request.tls = true;
    request.ca_file = WriteTestFile(folder_.path() + "/ca.pem", authority_.Pem());
    return request;
  }
  static TestCertificateWishes Authority(const std::string& name = "County authority") {
    TestCertificateWishes wishes;
    wishes.common_name = name;
    wishes.names.clear();
    wishes.authority = true;
    return wishes;
  }
  static std::string CodeOf(const ClientRequest& request) {
    Result<Response> response = Send(request);
    if (response.ok()) return "ok";
    EXPECT_EQ(response.error().category, ErrorCategory::kUnavailable) << Describe(response.error());
    EXPECT_FALSE(response.error().zh.empty());
    return response.error().code;
  }

  TemporaryFolder folder_;
  TestCertificate authority_{Authority()};
  std::unique_ptr<Server> server_;
};

TEST_F(TlsClient, TrustsWhomItsAuthorityVouchesFor) {
  ClientRequest request = Serve(TestCertificate({}, &authority_));
  request.target = "/x";
  auto response = Send(request);
  ASSERT_TRUE(response.ok()) << Describe(response.error());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "GET /x 127.0.0.1:" + std::to_string(request.port)) << "by its address";
  request.host = "localhost";
  EXPECT_EQ(CodeOf(request), "ok") << "and by its name";
  request.target = "/elsewhere";
  EXPECT_EQ(Send(request)->status, 302) << "a redirect is not followed";
  TestCertificate between(Authority("Hospital authority"), &authority_);
  ClientRequest chained = Serve(TestCertificate({}, &between), between.Pem());
  EXPECT_EQ(CodeOf(chained), "ok") << "the chain is sent along";
}

TEST_F(TlsClient, SaysWhatIsWrongWithACertificate) {
  TestCertificateWishes wishes;
  wishes.names = "DNS:other.example";
  ClientRequest request = Serve(TestCertificate(wishes, &authority_));
  EXPECT_EQ(CodeOf(request), "certificate-host") << "by its address";
  request.host = "localhost";
  EXPECT_EQ(CodeOf(request), "certificate-host") << "by its name";
  wishes = {};
  wishes.names = "";
  EXPECT_EQ(CodeOf(Serve(TestCertificate(wishes, &authority_))), "certificate-host") << "an address is no common name";
  wishes = {};
  wishes.from_seconds = -2 * kTestDay;
  wishes.until_seconds = -1;
  EXPECT_EQ(CodeOf(Serve(TestCertificate(wishes, &authority_))), "certificate-expired");
  wishes.from_seconds = kTestDay;
  wishes.until_seconds = 2 * kTestDay;
  EXPECT_EQ(CodeOf(Serve(TestCertificate(wishes, &authority_))), "certificate-expired") << "not yet";
  EXPECT_EQ(CodeOf(Serve(TestCertificate({}))), "certificate-unknown") << "signed by itself";
  TestCertificate stranger(Authority("Another authority")), namesake(Authority());
  EXPECT_EQ(CodeOf(Serve(TestCertificate({}, &stranger))), "certificate-unknown");
  EXPECT_EQ(CodeOf(Serve(TestCertificate({}, &namesake))), "certificate") << "an authority of the same name with another key";
  TestCertificate between(Authority("Hospital authority"), &authority_);
  EXPECT_EQ(CodeOf(Serve(TestCertificate({}, &between))), "certificate-unknown") << "the chain is missing";
}

TEST_F(TlsClient, TrustsTheSystemWhenItIsGivenNoFile) {
  ClientRequest request = Serve(TestCertificate({}, &authority_));
  const std::string file = std::exchange(request.ca_file, "");
  EXPECT_EQ(CodeOf(request), "certificate-unknown");
  setenv("SSL_CERT_FILE", file.c_str(), 1);   // where OpenSSL finds what the system trusts
  EXPECT_EQ(CodeOf(request), "ok");
  unsetenv("SSL_CERT_FILE");
  request.ca_file = folder_.path() + "/none";
  EXPECT_EQ(Send(request).error().code, "ca-file");
  request.ca_file = WriteTestFile(folder_.path() + "/text", "no certificate");
  EXPECT_EQ(Send(request).error().code, "ca-file");
}

TEST_F(TlsClient, KnowsOneCertificateAsItself) {
  TestCertificateWishes wishes;
  wishes.names = "DNS:other.example";
  wishes.from_seconds = -2 * kTestDay;
  wishes.until_seconds = -kTestDay;
  TestCertificate own(wishes, &authority_);
  ClientRequest request = Serve(own);
  request.own_file = WriteTestFile(folder_.path() + "/own.pem", own.Pem() + authority_.Pem());
  EXPECT_EQ(CodeOf(request), "ok") << "whatever name and date it bears";
  TestCertificate same_names(wishes, &authority_);
  request.own_file = WriteTestFile(folder_.path() + "/own.pem", same_names.Pem() + authority_.Pem());
  EXPECT_NE(CodeOf(request), "ok") << "another, though of the same authority";
}

TEST_F(TlsClient, NeedsTlsOnTheOtherSideAndAnAnswerInTime) {
  ServerOptions options;
  options.port = 0;
  auto plain = Server::Start(options, [](Request&) { return Response(); }).value();
  ClientRequest request;
  request.port = plain->port();
  request.tls = true;
  EXPECT_EQ(CodeOf(request), "tls");
  int fd = socket(AF_INET, SOCK_STREAM, 0);   // a listener that never accepts
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  request.port = ntohs(address.sin_port);
  request.timeout_seconds = 1;
  EXPECT_EQ(CodeOf(request), "timeout") << "the handshake has no more time than the whole";
  close(fd);
}

// A bare server: notes the name it was asked for, answers without a length, and closes with or without a goodbye.
TEST_F(TlsClient, SaysWhomItWantsAndTakesNoAnswerThatWasCutOff) {
  TestCertificate certificate({}, &authority_);
  const TlsOptions files = WriteTlsFiles(folder_.path(), "bare", certificate);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 4), 0);
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<std::string> names;
  std::thread server([&] {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str());
    SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM);
    for (bool goodbye : {true, false}) {
      int fd = accept(listener, nullptr, nullptr);
      SSL* ssl = SSL_new(context);
      SSL_set_fd(ssl, fd);
      EXPECT_EQ(SSL_accept(ssl), 1);
      const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
      names.emplace_back(name == nullptr ? "" : name);
      char request[1024];
      EXPECT_GT(SSL_read(ssl, request, sizeof request), 0);
      constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\n\r\nsome of it";
      SSL_write(ssl, kAnswer.data(), static_cast<int>(kAnswer.size()));
      if (goodbye) SSL_shutdown(ssl);
      SSL_free(ssl);
      close(fd);
    }
    SSL_CTX_free(context);
  });
  ClientRequest request;
  request.port = ntohs(address.sin_port);
  request.tls = true;
  request.host = "localhost";
  request.ca_file = WriteTestFile(folder_.path() + "/ca.pem", authority_.Pem());
  auto whole = Send(request);
  ASSERT_TRUE(whole.ok()) << Describe(whole.error());
  EXPECT_EQ(whole->body, "some of it");
  request.host = "127.0.0.1";
  EXPECT_EQ(CodeOf(request), "closed") << "somebody may have cut the line";
  server.join();
  close(listener);
  EXPECT_EQ(names, (std::vector<std::string>{"localhost", ""})) << "an address is no server name";
}

}  // namespace
}  // namespace qianxian::http
