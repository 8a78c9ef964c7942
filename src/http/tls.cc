#include "http/tls.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/limits_tls.h"

namespace qianxian::http {

// Reads and writes a session's socket: as OpenSSL's own does, but a client that went away raises no signal.
struct SocketMethod {
  static int Write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t sent = send(SocketOf(bio), bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }
  static int Read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t got = recv(SocketOf(bio), out, static_cast<size_t>(size), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return static_cast<int>(got);
  }
  static long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static int SocketOf(BIO* bio) { return static_cast<const TlsSession*>(BIO_get_data(bio))->socket_; }
  static const BIO_METHOD* Get() {
    static const BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "qianxian socket");
      BIO_meth_set_write(made, Write);
      BIO_meth_set_read(made, Read);
      BIO_meth_set_ctrl(made, Control);
      return made;
    }();
    return method;
  }
};

namespace {

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* value) const { kFree(value); }
};
using BioPointer = std::unique_ptr<BIO, Freer<BIO_free>>;
using CertificatePointer = std::unique_ptr<X509, Freer<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

constexpr std::string_view kHttp11 = "\x08http/1.1";   // RFC 7301: its length before it
constexpr const char* kCiphersOfTls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";   // forward secrecy and no CBC

std::string LibraryError() {
  unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "" : reason;
  ERR_clear_error();
  return text;
}

Error BadFile(const char* code, const std::string& path, const std::string& en, const std::string& zh) {
  return Invalid(code, path + ": " + en, path + "：" + zh);
}

// What was read is forgotten when it is let go: it may be a key.
class FileText {
 public:
  FileText() = default;
  FileText(FileText&& other) noexcept : text_(std::move(other.text_)) {}
  FileText& operator=(FileText&&) = delete;
  ~FileText() { OPENSSL_cleanse(text_.data(), text_.size()); }
  BioPointer Open() const { return BioPointer(BIO_new_mem_buf(text_.data(), static_cast<int>(text_.size()))); }

  static Result<FileText> Read(const char* code, const std::string& path, bool is_secret) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return BadFile(code, path, std::strerror(errno), std::string("无法读取：") + std::strerror(errno));
    FileText file;
    file.text_.resize(limits::kTlsFileBytes + 1);
    struct stat info{};
    bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    ssize_t size = regular ? read(fd, file.text_.data(), file.text_.size()) : -1;
    close(fd);
    if (size <= 0 || static_cast<size_t>(size) > limits::kTlsFileBytes) return BadFile(code, path, "no PEM file", "不是 PEM 文件");
    // A key that belongs to root may be read by a group (Debian's ssl-cert); otherwise by its owner alone.
    mode_t others = info.st_uid == 0 && geteuid() != 0 ? S_IRWXO : S_IRWXG | S_IRWXO;
    if (is_secret && (info.st_mode & others) != 0) {
      return MakeError(ErrorCategory::kForbidden, "key-readable",
                       path + ": others can read this key. Close it with: chmod 600 " + path + " — and if it was open for long, get a new one",
                       path + "：其他用户可以读取该私钥。请执行 chmod 600 " + path + "；若已暴露较久，应更换密钥");
    }
    file.text_.resize(static_cast<size_t>(size));
    return file;
  }

 private:
  std::string text_;
};

int NoPassword(char*, int, int, void*) { return -1; }   // instead of a question on the terminal

// "http/1.1", or nothing that we speak (RFC 7301 §3.2).
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered, unsigned int size, void*) {
  unsigned char* chosen = nullptr;
  int found = SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(kHttp11.data()),
                                    static_cast<unsigned int>(kHttp11.size()), offered, size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Instant InstantOf(const ASN1_TIME* time) {
  int days = 0, seconds = 0;
  ASN1_TIME* epoch = ASN1_TIME_set(nullptr, 0);
  bool good = epoch != nullptr && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
  ASN1_TIME_free(epoch);
  return Instant{good ? (int64_t{days} * 86'400 + seconds) * 1'000'000 : 0};
}

std::string NameOf(X509* certificate) {
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

// The first certificate is the server's own; those behind it are sent along.
Status UseChain(SSL_CTX* context, const std::string& path, Certificate& out) {
  QX_TRY(FileText file, FileText::Read("certificate-file", path, false));
  BioPointer bio = file.Open();
  CertificatePointer own(PEM_read_bio_X509_AUX(bio.get(), nullptr, NoPassword, nullptr));
  if (!own) {
    return BadFile("certificate-file", path, "holds no certificate in PEM form: " + LibraryError(), "没有 PEM 格式的证书");
  }
  if (SSL_CTX_use_certificate(context, own.get()) != 1) {
    return BadFile("certificate-file", path, "this certificate cannot be used: " + LibraryError(), "该证书无法使用");
  }
  out.name = NameOf(own.get());
  out.valid_from = InstantOf(X509_get0_notBefore(own.get()));
  out.valid_until = InstantOf(X509_get0_notAfter(own.get()));
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) == 1) continue;
    X509_free(next);
    return BadFile("certificate-file", path, "its chain cannot be used: " + LibraryError(), "证书链无法使用");
  }
  unsigned long end = ERR_peek_last_error();
  bool whole = ERR_GET_REASON(end) == PEM_R_NO_START_LINE;   // the end of the file
  std::string reason = LibraryError();
  if (!whole) return BadFile("certificate-file", path, "a certificate of its chain is broken: " + reason, "证书链中有损坏的证书");
  return Ok();
}

Status UseKey(SSL_CTX* context, const std::string& path) {
  QX_TRY(FileText file, FileText::Read("key-file", path, true));
  BioPointer bio = file.Open();
  KeyPointer key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  if (!key) {
    return BadFile("key-file", path, "holds no private key in PEM form without a password: " + LibraryError(), "没有不带密码的 PEM 格式私钥");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return BadFile("key-file", path, "is not the key of the certificate: " + LibraryError(), "私钥与证书不匹配");
  }
  return Ok();
}

void SetCommon(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Buffers of idle sessions are given back; what could not be written is offered again from wherever it is by then.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);   // tickets hold the state, not the server
}

bool IsAddress(const std::string& name) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
  ASN1_OCTET_STRING_free(address);
  ERR_clear_error();
  return address != nullptr;
}

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const TlsContext>> TlsContext::ForServer(const TlsOptions& options) {
  std::shared_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_server_method())));
  SSL_CTX* context = made->context_;
  if (context == nullptr) return Unavailable("tls", "TLS cannot be used: " + LibraryError(), "无法使用 TLS");
  SetCommon(context);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_min_proto_version(context, options.tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphersOfTls12);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  QX_DO(UseChain(context, options.certificate_file, made->certificate_));
  QX_DO(UseKey(context, options.key_file));
  return std::shared_ptr<const TlsContext>(std::move(made));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::ForClient(const std::string& ca_file, const std::string& own_file) {
  std::shared_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_client_method())));
  SSL_CTX* context = made->context_;
  if (context == nullptr) return Unavailable("tls", "TLS cannot be used: " + LibraryError(), "无法使用 TLS");
  SetCommon(context);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);   // of others' systems, not all speak 1.3
  SSL_CTX_set_cipher_list(context, kCiphersOfTls12);
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(kHttp11.data()), static_cast<unsigned int>(kHttp11.size()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const std::string& path = own_file.empty() ? ca_file : own_file;
  if (path.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return std::shared_ptr<const TlsContext>(std::move(made));
  }
  QX_TRY(FileText file, FileText::Read("ca-file", path, false));
  BioPointer bio = file.Open();
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_VERIFY_PARAM* checks = SSL_CTX_get0_param(context);
  // What stands in the file is trusted, also where it is no authority.
  X509_VERIFY_PARAM_set_flags(checks, X509_V_FLAG_PARTIAL_CHAIN | (own_file.empty() ? 0 : X509_V_FLAG_NO_CHECK_TIME));
  int found = 0;
  while (own_file.empty() || found == 0) {
    CertificatePointer next(PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr));
    if (!next || X509_STORE_add_cert(store, next.get()) != 1) break;
    ++found;
  }
  std::string reason = LibraryError();
  if (found == 0) return BadFile("ca-file", path, "holds no certificate in PEM form: " + reason, "没有 PEM 格式的证书");
  return std::shared_ptr<const TlsContext>(std::move(made));
}

TlsSession::~TlsSession() { SSL_free(session_); }

std::unique_ptr<TlsSession> TlsSession::Make(const TlsContext& context, int socket) {
  SSL* made = SSL_new(context.get());
  if (made == nullptr) return nullptr;
  std::unique_ptr<TlsSession> session(new TlsSession(made, socket));
  BIO* bio = BIO_new(SocketMethod::Get());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, session.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(made, bio, bio);
  return session;
}

std::unique_ptr<TlsSession> TlsSession::Accept(const TlsContext& context, int socket) {
  std::unique_ptr<TlsSession> session = Make(context, socket);
  if (session) SSL_set_accept_state(session->session_);
  return session;
}

std::unique_ptr<TlsSession> TlsSession::Connect(const TlsContext& context, int socket, const std::string& name, bool checks_name) {
  std::unique_ptr<TlsSession> session = Make(context, socket);
  if (!session) return nullptr;
  SSL* made = session->session_;
  SSL_set_connect_state(made);
  bool address = IsAddress(name);
  if (!address) SSL_set_tlsext_host_name(made, name.c_str());   // RFC 6066 §3: names only
  if (!checks_name) return session;
  SSL_set_hostflags(made, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  bool kept = (address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(made), name.c_str()) : SSL_set1_host(made, name.c_str())) == 1;
  return kept ? std::move(session) : nullptr;   // never without the check
}

TlsSession::Step TlsSession::StepOf(int result, size_t size) {
  if (result == 1) return {Progress::kDone, size};
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ: return {Progress::kWantsRead};
    case SSL_ERROR_WANT_WRITE: return {Progress::kWantsWrite};
    case SSL_ERROR_ZERO_RETURN: return {Progress::kEnded};
    default:
      failed_ = true;   // nothing may be said any more, not even goodbye
      library_error_ = LibraryError();
      return {Progress::kFailed};
  }
}

TlsSession::Step TlsSession::Handshake() {
  ERR_clear_error();
  return StepOf(SSL_do_handshake(session_), 0);
}

TlsSession::Step TlsSession::Read(char* out, size_t size) {
  size_t got = 0;
  while (got < size) {
    ERR_clear_error();
    size_t piece = 0;
    int result = SSL_read_ex(session_, out + got, size - got, &piece);
    Step step = StepOf(result, piece);
    if (step.progress != Progress::kDone && got == 0) return step;
    if (step.progress != Progress::kDone) break;   // it says so again, after what came before it was taken
    got += piece;
    // A whole record is seldom the last; after less, the socket is asked only when something of the next is here.
    if (piece < SSL3_RT_MAX_PLAIN_LENGTH && SSL_has_pending(session_) == 0) break;
  }
  return {Progress::kDone, got};
}

TlsSession::Step TlsSession::Write(const char* bytes, size_t size) {
  size_t written = 0;
  while (written < size && written < limits::kTlsWriteBytes) {
    ERR_clear_error();
    size_t piece = 0;
    Step step = StepOf(SSL_write_ex(session_, bytes + written, size - written, &piece), piece);
    written += piece;
    if (step.progress == Progress::kDone) continue;
    bool waits = step.progress == Progress::kWantsWrite || step.progress == Progress::kWantsRead;
    if (waits && written > 0) break;   // the caller comes again with the rest
    return step;
  }
  return {Progress::kDone, written};
}

void TlsSession::SayGoodbye() {
  if (failed_ || socket_ < 0 || !SSL_is_init_finished(session_)) return;
  ERR_clear_error();
  if (SSL_shutdown(session_) < 0) ERR_clear_error();   // the other side has gone, or takes no more
}

Error TlsSession::WhyFailed(const std::string& name) const {
  switch (long verified = SSL_get_verify_result(session_)) {
    case X509_V_OK: break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Unavailable("certificate-host", "the certificate of " + name + " is for another name: is the address right?",
                         name + " 的证书属于其他主机名，请核对地址");
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Unavailable("certificate-expired", "the certificate of " + name + " is not valid today: it must be renewed there, or a clock is wrong",
                         name + " 的证书不在有效期内：需由对方更换，或检查双方时钟");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return Unavailable("certificate-unknown",
                         "nobody known here vouches for the certificate of " + name + ": give the file of its authority with --ca FILE",
                         name + " 的证书由未知机构签发：请用 --ca FILE 指定其签发机构的证书");
    default: {
      std::string reason = X509_verify_cert_error_string(verified);
      return Unavailable("certificate", "the certificate of " + name + " is not accepted: " + reason, name + " 的证书未通过检查：" + reason);
    }
  }
  std::string reason = library_error_.empty() ? "it broke off" : library_error_;
  return Unavailable("tls", "no TLS connection with " + name + ": " + reason, "无法与 " + name + " 建立 TLS 连接：" + reason);
}

}  // namespace qianxian::http
