// The subscriptions that are at work, in memory: made of the record at start, kept by service.cc and deliver.cc under the
// service's lock. Of subscribe's own .cc files only.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/locked.h"
#include "subscribe/journal.h"
#include "subscribe/judge.h"
#include "subscribe/service.h"

namespace qianxian::subscribe {

struct Running {
  Subscription subscription;
  std::shared_ptr<const Topic> topic;
  std::string owner;
  uint64_t version = 0;                    // of the Subscription
  std::optional<qianxian::subscribe::Claim> claim;
  std::string problem;                     // it cannot be read: goes to error
  Instant seen_at;                         // without a claim since
  uint64_t delivered = 0;
  int failures = 0;
  Instant next_try, last_sent;
  std::vector<std::shared_ptr<http::Pipe>> sockets;
  bool IsHook() const { return subscription.channel == Subscription::Channel::kRestHook; }
};

struct Token {
  std::string user;
  std::vector<std::string> subscriptions;
  Instant expires;
};

struct Waiting {                           // a socket that has bound nothing yet
  std::shared_ptr<http::Pipe> pipe;
  Instant until;
};

struct Board {
  std::map<std::string, std::shared_ptr<Running>> running;
  std::map<std::string, std::shared_ptr<const Topic>> topics;   // stored ones, by URL
  std::map<std::string, Token> tokens;
  std::vector<Waiting> waiting;
  std::set<std::string> busy;              // somebody delivers it just now
  std::string last_delivered;              // whose turn it was
};

class Service final : public Subscriptions {
 public:
  explicit Service(const Options& options) : options_(options) {}
  Status Begin();

  Status Check(json::Value resource) override;
  Status Claim(const access::Caller& caller, std::string_view base, const std::string& id, uint64_t version) override;
  Result<std::string> StatusOf(const access::Caller& caller, std::string_view base, const std::vector<std::string>& ids) override;
  Result<std::string> Events(const access::Caller& caller, const std::string& id, uint64_t first, std::optional<uint64_t> last,
                             std::optional<Content> content) override;
  Result<SocketToken> MakeToken(const access::Caller& caller, const std::vector<std::string>& ids) override;
  Result<std::shared_ptr<http::Pipe>> OpenSocket() override;
  std::vector<std::string> TopicUrls() override;
  Result<bool> Follow() override;
  bool DeliverOne() override;
  uint64_t followed_t() const override { return cursor_; }

 private:
  // service.cc: what there is
  Status LoadTopics(store::Snapshot& snapshot);
  Result<std::shared_ptr<const Topic>> FindTopicNow(std::string_view url);
  Status Refresh(store::Snapshot& snapshot, const std::string& id);
  Status Remove(store::Snapshot& snapshot, const std::string& id);
  bool IsAllowed(const Endpoint& endpoint) const;
  Instant Now() const { return options_.clock->Now(); }

  // follow.cc: numbers
  struct Round;
  void FindActive(Round& round);
  Status Number(const store::FeedEntry& entry, Round& round);
  Result<bool> MayRead(const std::string& user, const store::FeedEntry& entry, Round& round);
  Status FinishRound(Round& round, uint64_t t);

  // deliver.cc: one at a time of each subscription
  enum class Work { kNone, kUnclaimed, kUnreadable, kEnd, kHandshake, kEvents, kHeartbeat };
  struct Task;                             // a copy of what is to be done: nothing is locked meanwhile
  Work DueOf(const Running& running, Instant now) const;
  std::optional<Task> TakeDue();
  Status DoWork(const Task& task);
  Status Deliver(const Task& task);
  Result<Notice> MakeNotice(const Running& running, NoticeKind kind, std::vector<Event> events, Content content);
  Status SendOut(const Running& running, const Notice& notice);
  void Failed(const Task& task, const Error& error);
  void Change(const std::string& id, const std::function<void(Running&)>& change);
  Status SetStatus(const Running& running, std::string_view status, const std::string& error);

  // questions.cc, sockets.cc
  Result<qianxian::subscribe::Claim> OwnClaim(const access::Caller& caller, const std::string& id);
  Result<Notice> StatusNotice(store::Snapshot& snapshot, std::string_view base, const store::Resource& resource);
  void Hear(const std::shared_ptr<http::Pipe>& pipe, const std::string& message);
  void Bind(const std::shared_ptr<http::Pipe>& pipe, const std::string& token);
  void DropSockets(Board& board, Instant now);

  const Options options_;
  std::mutex follow_;                      // one who numbers, or claims
  std::atomic<uint64_t> cursor_{0};        // written under follow_
  std::optional<uint64_t> saved_cursor_;   // in the record; none before the first claim
  Locked<Board> board_;                    // never held while the store or the network is waited for
};

}  // namespace qianxian::subscribe
