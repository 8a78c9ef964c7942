// The server over TLS: what it speaks and what it refuses, strangers' bytes, slow handshakes, new certificates, the end.
#include "http/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <future>
#include <thread>

#include "base/ids.h"
#include "base/limits_tls.h"
#include "base/text.h"
#include "http/pipe.h"
#include "http/test_client.h"

namespace qianxian::http {
namespace {

constexpr int64_t kSecond = 1'000'000;  // of FakeClock

Response Text(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

// What the server was told of the request.
Response Origin(Request& request) { return Text(request.peer + (request.secure ? " secure" : " open")); }

std::unique_ptr<Server> StartTls(ServerOptions options = {}, Handler handler = Origin) {
  options.port = 0;
  if (!options.tls) options.tls = TestServerTls();
  auto server = Server::Start(options, std::move(handler));
  EXPECT_TRUE(server.ok()) << Describe(server.error());
  return std::move(server).value();
}

// OpenSSL's own client, blocking, for what the product's client never asks for.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : line_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_fd(ssl_, line_.fd());
  }
  ~RawClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  SSL* ssl() { return ssl_; }
  bool Connect() { return SSL_connect(ssl_) == 1; }
  std::string Ask(const std::string& text) {
    if (SSL_write(ssl_, text.data(), static_cast<int>(text.size())) <= 0) return {};
    char answer[4096];
    int got = SSL_read(ssl_, answer, sizeof answer);
    return got > 0 ? std::string(answer, static_cast<size_t>(got)) : std::string();
  }
  std::string CommonName() {
    char name[256] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(ssl_)), NID_commonName, name, sizeof name);
    return name;
  }

 private:
  TestClient line_;
  SSL_CTX* context_;
  SSL* ssl_;
};

TEST(TlsServer, SpeaksTls13AndHttp11AndSaysSo) {
  auto server = StartTls();
  RawClient client(server->port());
  const unsigned char offered[] = "\x02h2\x08http/1.1";
  SSL_set_alpn_protos(client.ssl(), offered, sizeof offered - 1);
  ASSERT_TRUE(client.Connect());
  EXPECT_EQ(SSL_version(client.ssl()), TLS1_3_VERSION);
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  std::string answer = client.Ask(Get("/"));
  EXPECT_NE(answer.find("\r\nStrict-Transport-Security: max-age=" + std::to_string(limits::kTlsStrictTransportSeconds) + "\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(EndsWith(answer, "127.0.0.1 secure"));

  RawClient other(server->port());
  const unsigned char h2_alone[] = "\x02h2";
  SSL_set_alpn_protos(other.ssl(), h2_alone, sizeof h2_alone - 1);
  EXPECT_FALSE(other.Connect()) << "no protocol that we speak";
}

TEST(TlsServer, SpeaksTls12OnlyWhenAskedAndNeverOlder) {
  auto server = StartTls();
  RawClient old(server->port());
  SSL_set_max_proto_version(old.ssl(), TLS1_2_VERSION);
  EXPECT_FALSE(old.Connect());

  ServerOptions options;
  options.tls = TestServerTls();
  options.tls->tls_1_2 = true;
  auto both = StartTls(options);
  RawClient allowed(both->port());
  SSL_set_max_proto_version(allowed.ssl(), TLS1_2_VERSION);
  ASSERT_TRUE(allowed.Connect());
  EXPECT_NE(allowed.Ask(Get("/")).find("200 OK"), std::string::npos);
  SSL_renegotiate(allowed.ssl());
  EXPECT_TRUE(SSL_do_handshake(allowed.ssl()) != 1 || allowed.Ask(Get("/")).empty()) << "no renegotiation";
  RawClient cbc(both->port());
  SSL_set_max_proto_version(cbc.ssl(), TLS1_2_VERSION);
  SSL_set_cipher_list(cbc.ssl(), "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA");
  EXPECT_FALSE(cbc.Connect()) << "ciphers that are not authenticated";
  RawClient older(both->port());
  SSL_set_security_level(older.ssl(), 0);
  SSL_set_min_proto_version(older.ssl(), TLS1_VERSION);
  SSL_set_max_proto_version(older.ssl(), TLS1_1_VERSION);
  EXPECT_FALSE(older.Connect());
}

TEST(TlsServer, ComesBackByItsTicket) {
  auto server = StartTls();
  RawClient first(server->port());
  ASSERT_TRUE(first.Connect());
  EXPECT_FALSE(first.Ask(Get("/")).empty());   // the ticket comes before the answer
  EXPECT_EQ(SSL_session_reused(first.ssl()), 0);
  SSL_SESSION* ticket = SSL_get1_session(first.ssl());
  RawClient second(server->port());
  SSL_set_session(second.ssl(), ticket);
  ASSERT_TRUE(second.Connect());
  EXPECT_EQ(SSL_session_reused(second.ssl()), 1);
  EXPECT_FALSE(second.Ask(Get("/")).empty());
  SSL_SESSION_free(ticket);
}

// What anybody may send is no sign of TLS, until we are told that a proxy stands before us.
TEST(TlsServer, BelievesForwardedHeadersOnlyBehindAProxy) {
  const std::string forwarded = "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9, 10.1.2.3\r\n";
  ServerOptions options;
  options.port = 0;
  auto open = Server::Start(options, Origin).value();
  TestAnswer answer = TestClient(open->port()).Ask(Get("/", forwarded));
  EXPECT_EQ(answer.body, "127.0.0.1 open");
  EXPECT_EQ(answer.head.find("Strict-Transport-Security"), std::string::npos);
  options.behind_proxy = true;
  auto behind = Server::Start(options, Origin).value();
  TestClient client(behind->port());
  EXPECT_EQ(client.Ask(Get("/", forwarded)).body, "10.1.2.3 secure") << "the address that the proxy itself saw";
  EXPECT_EQ(client.Ask(Get("/", "X-Forwarded-Proto: http\r\nX-Forwarded-For: nonsense\r\n")).body, "127.0.0.1 open");
  EXPECT_EQ(client.Ask(Get("/", "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 10.0.0.2\r\n")).body, "10.0.0.2 open");
}

TEST(TlsServer, TellsAPlainRequestWhereToGo) {
  auto server = StartTls();
  for (const char* request : {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "P"}) {
    TestClient client(server->port());
    TestAnswer answer = client.Ask(request);
    EXPECT_EQ(answer.status, 400) << request;
    EXPECT_NE(answer.body.find("https://"), std::string::npos);
    EXPECT_EQ(answer.head.find("Strict-Transport-Security"), std::string::npos) << "means nothing in plain (RFC 6797 §7.2)";
    EXPECT_TRUE(client.Ended());
  }
}

// The first bytes that a real client sends.
std::string ClientHello() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), out);
  SSL_connect(ssl);
  char* bytes = nullptr;
  long size = BIO_get_mem_data(out, &bytes);
  std::string hello(bytes, static_cast<size_t>(size));
  SSL_free(ssl);
  SSL_CTX_free(context);
  return hello;
}

TEST(TlsServer, LosesNothingToStrangersBytes) {
  ServerOptions options;
  options.connections = 8;
  auto server = StartTls(options);
  const std::string hello = ClientHello();
  ASSERT_GT(hello.size(), 100u);
  SeededRandom random(7);
  auto number = [&](size_t below) {
    uint64_t bits = 0;
    random.Fill(&bits, sizeof bits);
    return static_cast<size_t>(bits % below);
  };
  for (int round = 0; round < 600; ++round) {
    std::string bytes = hello;
    switch (round % 4) {
      case 0: bytes.resize(1 + number(hello.size() - 1)); break;                              // cut off
      case 1: bytes.assign(1 + number(2000), '\0'); random.Fill(bytes.data(), bytes.size()); break;
      case 2: for (int i = 0; i < 8; ++i) bytes[number(bytes.size())] = static_cast<char>(number(256)); break;
      default: bytes += bytes; bytes.resize(hello.size() + number(hello.size())); break;       // more than was asked for
    }
    TestClient stranger(server->port());
    stranger.Send(bytes);
    if (round % 3 == 0) stranger.HasBytes(1);
  }
  // Eight places, and none is lost: eight are found, once the last strangers are noticed to have gone.
  std::vector<std::unique_ptr<TestClient>> all;
  for (int tries = 0; tries < 20'000 && all.size() < 8; ++tries) {
    auto client = std::make_unique<TestClient>(server->port(), true);
    if (client->connected() && client->Ask(Get("/")).status == 200) all.push_back(std::move(client));
  }
  EXPECT_EQ(all.size(), 8u);
}

TEST(TlsServer, DropsWhoDoesNotFinishTheHandshake) {
  FakeClock clock;
  ServerOptions options;
  options.clock = &clock;
  options.io_threads = 1;
  auto server = StartTls(options);
  TestClient silent(server->port()), half(server->port()), good(server->port(), true);
  ASSERT_TRUE(half.Send(ClientHello().substr(0, 50)));
  EXPECT_EQ(good.Ask(Get("/")).status, 200);   // the io thread has taken in what was sent before
  clock.Advance((limits::kTlsHandshakeSeconds - 1) * kSecond);
  ASSERT_TRUE(half.Send("x"));
  EXPECT_EQ(good.Ask(Get("/")).status, 200);
  clock.Advance(2 * kSecond);                  // a byte now and then buys no time
  EXPECT_TRUE(silent.Ended());
  EXPECT_TRUE(half.Ended());
  EXPECT_EQ(good.Ask(Get("/")).status, 200);
}

TEST(TlsServer, RefusesFilesItCannotUse) {
  TemporaryFolder folder;
  TestCertificate one({}), other({});
  const TlsOptions good = WriteTlsFiles(folder.path(), "good", one);
  auto code = [&](TlsOptions tls) {
    ServerOptions options;
    options.port = 0;
    options.tls = std::move(tls);
    auto server = Server::Start(options, Origin);
    if (server.ok()) return std::string("ok");
    EXPECT_FALSE(server.error().zh.empty());
    return server.error().code;
  };
  auto with = [&](const std::string& certificate, const std::string& key) { return code({certificate, key}); };
  auto file = [&](const std::string& name, const std::string& text, mode_t mode = 0600) { return WriteTestFile(folder.path() + "/" + name, text, mode); };
  EXPECT_EQ(code(good), "ok");
  EXPECT_EQ(with(folder.path() + "/none", good.key_file), "certificate-file");
  EXPECT_EQ(with(folder.path(), good.key_file), "certificate-file");
  EXPECT_EQ(with(file("text", "no certificate"), good.key_file), "certificate-file");
  EXPECT_EQ(with(file("broken", one.Pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), good.key_file), "certificate-file");
  EXPECT_EQ(with(file("large", one.Pem() + std::string(limits::kTlsFileBytes, '\n')), good.key_file), "certificate-file");
  EXPECT_EQ(with(good.certificate_file, folder.path() + "/none"), "key-file");
  EXPECT_EQ(with(good.certificate_file, file("other.key", other.KeyPem())), "key-file") << "of another certificate";
  EXPECT_EQ(with(good.certificate_file, file("locked.key", one.KeyPem("secret"))), "key-file") << "nobody is there to type the password";
  EXPECT_EQ(with(good.certificate_file, file("world.key", one.KeyPem(), 0604)), "key-readable");
  EXPECT_EQ(with(good.certificate_file, file("write.key", one.KeyPem(), 0602)), "key-readable");
  // A group may read what is root's, unless it is root who runs the server: then nobody needs to.
  EXPECT_EQ(with(good.certificate_file, file("group.key", one.KeyPem(), 0640)), "key-readable");
}

TEST(TlsServer, TakesANewCertificateWhileItRuns) {
  TemporaryFolder folder;
  TestCertificateWishes wishes;
  wishes.common_name = "first";
  ServerOptions options;
  options.tls = WriteTlsFiles(folder.path(), "server", TestCertificate(wishes));
  auto server = StartTls(options);
  EXPECT_EQ(server->certificate()->name, "first");
  RawClient before(server->port());
  ASSERT_TRUE(before.Connect());
  EXPECT_EQ(before.CommonName(), "first");

  wishes.common_name = "second";
  wishes.until_seconds = 90 * kTestDay;
  WriteTlsFiles(folder.path(), "server", TestCertificate(wishes));
  auto name_now = [&] {
    RawClient client(server->port());
    return client.Connect() ? client.CommonName() : std::string();
  };
  EXPECT_EQ(name_now(), "first") << "only when it is told";
  Result<Certificate> second = server->ReloadCertificate();
  ASSERT_TRUE(second.ok()) << Describe(second.error());
  EXPECT_EQ(second->name, "second");
  SystemClock clock;
  EXPECT_NEAR(static_cast<double>(second->valid_until.microseconds - clock.Now().microseconds) / 1e6, 90.0 * kTestDay, 600);
  EXPECT_EQ(name_now(), "second");
  EXPECT_NE(before.Ask(Get("/")).find("200 OK"), std::string::npos) << "who was there stays";

  std::filesystem::remove(options.tls->key_file);
  EXPECT_EQ(server->ReloadCertificate().error().code, "key-file");
  wishes.common_name = "expired";
  wishes.from_seconds = -2 * kTestDay;
  wishes.until_seconds = -kTestDay;
  WriteTlsFiles(folder.path(), "server", TestCertificate(wishes));
  EXPECT_EQ(server->ReloadCertificate().error().code, "certificate-file");
  EXPECT_EQ(name_now(), "second") << "what cannot be used changes nothing";
  ServerOptions plain;
  plain.port = 0;
  auto open = Server::Start(plain, Origin).value();
  EXPECT_EQ(open->ReloadCertificate().error().code, "no-certificate");
  EXPECT_FALSE(open->certificate());
}

TEST(TlsServer, SaysGoodbyeWhenItStops) {
  auto server = StartTls();
  TestClient idle(server->port(), true), asked(server->port(), true), silent(server->port());
  EXPECT_EQ(idle.Ask(Get("/")).status, 200);
  EXPECT_EQ(asked.Ask(Get("/", "Connection: close\r\n")).status, 200);
  EXPECT_TRUE(asked.Ended());
  EXPECT_TRUE(asked.ended_orderly());
  server->Stop();
  EXPECT_TRUE(idle.Ended());
  EXPECT_TRUE(idle.ended_orderly());
  EXPECT_TRUE(silent.Ended()) << "nobody waits for a handshake";
}

// To a client of HTTP/1.0 the end of the connection is the end of the text: only close_notify says that it is whole.
TEST(TlsServer, WhatIsCutOffDoesNotLookWhole) {
  std::promise<std::shared_ptr<Pipe>> made;
  auto start = [&] {
    made = {};
    return StartTls({}, [&](Request&) {
      Response response;
      response.pipe = std::make_shared<Pipe>();
      response.pipe->Send("text");
      made.set_value(response.pipe);
      return response;
    });
  };
  for (bool whole : {true, false}) {
    auto server = start();
    TestClient client(server->port(), true);
    ASSERT_TRUE(client.Send("GET / HTTP/1.0\r\n\r\n"));
    auto pipe = made.get_future().get();
    EXPECT_FALSE(client.ReadUntil("text").empty());
    whole ? pipe->End() : server->Stop();
    EXPECT_TRUE(client.Ended());
    EXPECT_EQ(client.ended_orderly(), whole);
  }
}

}  // namespace
}  // namespace qianxian::http
