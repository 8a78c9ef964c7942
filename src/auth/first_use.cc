#include "auth/first_use.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/secret_file.h"
#include "base/files.h"
#include "crypto/crypto.h"

namespace qianxian::auth {
namespace {

constexpr std::string_view kAdministrator = "admin";

class FolderLock {                         // held while this object lives; the kernel lets go of it when we die
 public:
  explicit FolderLock(const std::string& path) : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)) {
    if (file_ >= 0) held_ = flock(file_, LOCK_EX) == 0;
  }
  ~FolderLock() {
    if (file_ >= 0) close(file_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  bool held() const { return held_; }

 private:
  int file_;
  bool held_ = false;
};

Result<bool> HasAdministrator(store::Store& store, const access::Caller& caller) {
  QX_TRY(auto snapshot, store.OpenSnapshot(caller));
  Result<store::Resource> found = snapshot->Read(kAccountType, AccountId(kAdministrator));
  if (found.ok()) return true;
  if (found.error().category == ErrorCategory::kNotFound) return false;
  return found.error();
}

}  // namespace

Result<std::optional<std::string>> EnsureAdministrator(const Tools& tools) {
  access::Caller caller = access::SystemCaller("first-use");
  QX_TRY(bool there, HasAdministrator(*tools.store, caller));
  if (there) return std::optional<std::string>();
  FolderLock lock(tools.directory + "/first-use.lock");
  if (!lock.held()) return Unavailable("io", "cannot lock the data folder " + tools.directory, "无法锁定数据目录：" + tools.directory);
  QX_TRY(bool there_now, HasAdministrator(*tools.store, caller));
  if (there_now) return std::optional<std::string>();

  std::string password = crypto::NewOneTimePassword(*tools.random);
  Account account;
  account.user = kAdministrator;
  account.name = "管理员 Administrator";
  account.role = access::Role::kAdministrator;
  account.password_hash = crypto::HashPassword(password, *tools.random);
  account.must_change = true;
  // The file first: a password that stands in the store and nowhere else would lock everybody out for good.
  QX_DO(WriteSecretFile(tools.directory + "/" + std::string(kAdministratorFile),
                        std::string(kAdministrator) + " " + password + "\n"));
  store::Change change;
  change.type = kAccountType;
  change.id = AccountId(kAdministrator);
  change.body = ToJson(account);
  change.if_version = 0;
  store::CommitRequest request;
  request.changes.push_back(std::move(change));
  request.reason = "first-use";
  QX_DO(tools.store->Commit(caller, std::move(request)));
  return std::optional<std::string>(std::move(password));
}

}  // namespace qianxian::auth
