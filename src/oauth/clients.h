// The register of programs, for callers who may manage accounts (access::Verb::kManage on "account"). Threads: any. Failures: the
// store's, those of CheckClient, not_found ("no-such-client"), conflict ("too-many-clients"), forbidden.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "auth/auth.h"
#include "oauth/client.h"
#include "store/store.h"

namespace qianxian::oauth {

struct Tools {                             // all must outlive what is made of them
  store::Store* store = nullptr;
  auth::Auth* auth = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;                // used from many threads
  std::string directory;                   // the data folder
  IsType is_type;
};

struct ClientChange {
  std::optional<bool> disabled;            // true: everything that it was given ends at once
  bool new_secret = false;                 // the old one is no good any more
};

struct ClientReceipt {
  Client client;                           // without the hash
  std::string secret;                      // shown once; "" if none was made
};

class Clients {
 public:
  explicit Clients(const Tools& tools) : tools_(tools) {}
  Result<std::vector<Client>> List(const access::Caller& caller);      // by name, without hashes
  Result<ClientReceipt> Add(const access::Caller& caller, Client wanted);
  Result<ClientReceipt> Change(const access::Caller& caller, std::string_view id, const ClientChange& change);
  // For the program itself, hash and all.
  Result<Client> Find(std::string_view id);

 private:
  Result<std::vector<Client>> All();
  Status Write(const Client& client, std::string_view reason, const access::Caller& by);
  const Tools tools_;
};

}  // namespace qianxian::oauth
