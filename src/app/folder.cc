#include "app/folder.h"

#include "api/settings.h"
#include "app/terminal.h"
#include "auth/first_use.h"
#include "auth/secret_file.h"
#include "base/file_clock.h"
#include "base/files.h"
#include "fhir/definitions.h"

namespace qianxian::app {

Result<std::unique_ptr<Folder>> Folder::Open(const FolderOptions& options) {
  std::unique_ptr<Folder> folder(new Folder(options));
  if (options.clock_file.empty()) {
    folder->clock_ = std::make_unique<SystemClock>();
  } else {
    QX_TRY(folder->clock_, FileClock::Open(options.clock_file));
  }
  QX_DO(MakeDirectories(options.directory));
  QX_TRY(folder->parameters_, search::Parameters::Create(fhir::Definitions::R4()));
  store::OpenOptions open;
  open.directory = options.directory;
  open.parameters = folder->parameters_.get();
  open.clock = folder->clock_.get();
  open.random = &folder->random_;
  QX_TRY(folder->store_, store::OpenSqliteStore(open));
  folder->vocabulary_ = std::make_unique<api::Vocabulary>(*folder->store_, *folder->parameters_);
  QX_TRY(folder->ledger_, store::OpenLedger(options.directory, *folder->store_, *folder->clock_, folder->random_));
  auth::Tools tools{folder->store_.get(), folder->clock_.get(), &folder->random_, options.directory, {}};
  tools.needs_factor = [store = folder->store_.get()](access::Role role) { return api::NeedsSecondFactor(*store, role); };
  folder->auth_ = auth::Auth::Make(tools);
  QX_TRY(std::optional<std::string> password, auth::EnsureAdministrator(tools));
  if (password && !options.quiet) {
    std::string file = options.directory + "/" + std::string(auth::kAdministratorFile);
    Say("首次使用该数据目录：已创建管理员 admin，一次性密码 " + *password + "，登录后须修改（也保存在 " + file + "）");
    Say("first use of this data folder: administrator admin, one-time password " + *password +
        ", to be changed at sign-in (also in " + file + ")");
  }
  if (password && options.expects_data) {
    Say("注意：" + options.directory + " 是刚刚新建的空目录，里面没有数据；如果写错了位置，请检查 --data");
    Say("note: " + options.directory + " is a new folder, made just now, with nothing in it; look at --data if another was meant");
  }
  return folder;
}

Status Folder::OpenNumbers() {
  if (gaps_) return Ok();
  QX_TRY(packs_, LoadPacks(options_.packs_directory.empty() ? DefaultPacksDirectory() : options_.packs_directory));
  warehouse::Options open;
  open.directory = options_.directory;
  open.store = store_.get();
  open.ledger = ledger_.get();
  open.definitions = &fhir::Definitions::R4();
  open.pack = &packs_->merged;
  QX_TRY(warehouse_, warehouse::Warehouse::Open(open));
  measures_ = measure::MakeMeasures(*warehouse_, packs_->merged);
  gaps_ = gap::MakeGaps(*store_, *measures_, *warehouse_, *clock_, random_);
  flow_ = flow::MakeFlow({store_.get(), parameters_.get(), &fhir::Definitions::R4(), &packs_->merged, clock_.get()});
  return Ok();
}

Status Folder::CatchUp(const Cancel& cancel) {
  ProgressLine line(*clock_, "更新数据仓库 warehouse");
  QX_DO(warehouse_->CatchUp(cancel, [&](uint64_t done, uint64_t total) { line.ShowCount(done, total); }));
  return Ok();
}

intake::Tools Folder::intake_tools() {
  return {store_.get(), ledger_.get(), clock_.get(), &random_, options_.directory};
}

access::Caller CommandLineCaller() {
  access::Caller caller;
  caller.user = "command-line";
  caller.role = access::Role::kAdministrator;
  caller.whole_county = true;
  caller.origin = "command-line";
  return caller;
}

}  // namespace qianxian::app
