// TLS 1.3 (RFC 8446; 1.2 where asked for) by OpenSSL's libssl: what a server or a client brings (context), and the session
// on one socket. OpenSSL's types stay in tls.cc, and the socket stays the caller's: a session says what it waits for.
// Of http's own .cc files only. Threads: a context any, a session one at a time.
// Failures: of files invalid ("certificate-file", "key-file", "ca-file") and forbidden ("key-readable"); of a client's
// handshake unavailable ("certificate-host", "certificate-expired", "certificate-unknown", "certificate", "tls").
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "http/server.h"

struct ssl_st;
struct ssl_ctx_st;

namespace qianxian::http {

class TlsContext {
 public:
  static Result<std::shared_ptr<const TlsContext>> ForServer(const TlsOptions& options);
  // `ca_file` "": the system's. `own_file`: the server has the first certificate of this file, whatever it says.
  static Result<std::shared_ptr<const TlsContext>> ForClient(const std::string& ca_file, const std::string& own_file);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  const Certificate& certificate() const { return certificate_; }   // a server's
  ssl_ctx_st* get() const { return context_; }

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
  Certificate certificate_;
};

class TlsSession {
 public:
  enum class Progress {
    kDone,
    kWantsRead,   // again when the socket can be read
    kWantsWrite,  // again, with the same bytes, when it can be written
    kEnded,       // the other side said that it has ended
    kFailed,      // it broke off, or spoke no TLS
  };
  struct Step {
    Progress progress = Progress::kFailed;
    size_t size = 0;
  };

  // None: no memory. `name`: the host that a client wants to speak to, a name or an address.
  static std::unique_ptr<TlsSession> Accept(const TlsContext& context, int socket);
  static std::unique_ptr<TlsSession> Connect(const TlsContext& context, int socket, const std::string& name, bool checks_name);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Step Handshake();
  // What there is, of several records too.
  Step Read(char* out, size_t size);
  // As much as the socket takes, at most kTlsWriteBytes.
  Step Write(const char* bytes, size_t size);
  void SayGoodbye();                  // close_notify, if the socket takes it
  void LetGo() { socket_ = -1; }      // the socket is closed: its number may be another's by now
  Error WhyFailed(const std::string& name) const;   // of a client's handshake

 private:
  friend struct SocketMethod;
  TlsSession(ssl_st* session, int socket) : session_(session), socket_(socket) {}
  static std::unique_ptr<TlsSession> Make(const TlsContext& context, int socket);
  Step StepOf(int result, size_t size);
  ssl_st* session_;
  int socket_;
  bool failed_ = false;
  std::string library_error_;
};

}  // namespace qianxian::http
