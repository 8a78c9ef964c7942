// One connection: reads requests one after the other, has each handled, writes its answer. Of http's own .cc files only.
// Threads: all members belong to the io thread of the connection; while a request is handled (phase kHandling) the worker
// has the parser's request, and while a piece of an upload is stored (kStoring) the disk thread has the file.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/clock.h"
#include "base/locked.h"
#include "http/answer.h"
#include "http/request_parser.h"
#include "http/server.h"
#include "http/transport.h"
#include "http/upgraded.h"
#include "base/limits_overload.h"
#include "http/upload_file.h"
#include "http/worker_pool.h"

namespace qianxian::http {

// What all connections of a server share.
struct Shared {
  Shared(const ServerOptions& o, Handler h, Clock& c, int worker_count)
      : options(o), handler(std::move(h)), clock(c), workers(worker_count, o.queued_requests, {&c, limits::kHttpQueueMilliseconds * 1'000'000}), disk(1, o.connections, {}) {}
  ServerOptions options;
  Handler handler;
  Clock& clock;
  std::atomic<bool> stopping{false};
  std::atomic<size_t> connections{0};
  std::atomic<uint64_t> turned_away{0};
  std::atomic<uint64_t> body_bytes{0};  // held in memory by all connections
  Locked<std::shared_ptr<const TlsContext>> tls;   // for connections from now on; none: plain
  WorkerPool workers;
  WorkerPool disk;  // a full disk cache blocks a write: that must hold up uploads only
};

class Connection;
// The open connections of one io thread; of that thread only.
using Connections = std::unordered_set<std::shared_ptr<Connection>>;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Shared& shared, Connections& registry);
  void Start();
  void CloseIfIdle();                          // the server stops
  void CloseIfLate(int64_t now_nanoseconds);   // looked at now and then
  void Close(bool orderly = false);            // orderly: nothing that was begun is cut off

 private:
  enum class Phase { kHandshake, kIdle, kHeader, kBody, kStoring, kHandling, kWriting, kLingering, kUpgraded };

  void AwaitGreeting();
  void LookAtGreeting();
  void Handshake();
  void BeginRequest();
  void Read();
  void OnRead(size_t size);
  void Advance();
  bool EnterBody();
  void AskAdmission();
  bool OpenUpload();
  bool CountBody();
  void ForgetBody();
  void StoreUpload();
  void SendContinue();
  void Dispatch();
  void SayOrigin(Request& request) const;
  void FinishInline(Response response);
  Response Handle();
  Response CallHandler();
  bool UnpackBody(Response& refusal);
  Answer Finish(Response response);
  void Refuse(int status);
  void RefuseWith(Response response);
  Response Refusal(int status) const;
  void Write(Answer answer);
  void WriteSome();
  void SendFileSome();
  void SendFilePiece();
  void AfterAnswer();
  void Upgrade();
  void Linger();
  void StartTransfer();
  void CountTransfer(size_t size);
  int64_t Now() const { return shared_.clock.MonotonicNanoseconds(); }

  Transport transport_;
  Shared& shared_;
  Connections& registry_;
  std::unique_ptr<RequestParser> parser_;
  std::unique_ptr<UploadFile> upload_;
  std::shared_ptr<Upgraded> upgraded_;   // has the socket then
  std::string peer_;
  std::string buffer_;        // [begin_, end_) is read and not yet taken by the parser
  size_t begin_ = 0;
  size_t end_ = 0;
  Phase phase_ = Phase::kIdle;
  int64_t deadline_ = 0;      // nanoseconds of the clock
  int64_t transfer_start_ = 0;
  uint64_t transferred_ = 0;  // of a body or an answer
  uint64_t body_counted_ = 0; // our part of Shared::body_bytes
  bool continued_ = false;    // 100 Continue was sent
  bool closed_ = false;
  Answer answer_;
  size_t written_ = 0;        // of the answer's head and body
  off_t file_offset_ = 0;
};

}  // namespace qianxian::http
