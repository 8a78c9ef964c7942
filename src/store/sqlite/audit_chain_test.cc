// A note of the audit that was altered or taken away is found and named; a chain that was made anew does not fit its seals.
#include "store/sqlite/audit_chain.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/files.h"
#include "base/limits_audit.h"
#include "base/text.h"
#include "store/audit.h"
#include "store/backup.h"
#include "store/contract/contract.h"
#include "store/sqlite/audit_seal.h"

namespace qianxian::store::sqlite {
namespace {

constexpr int64_t kDay = kDayMicroseconds;

class AuditChainTest : public testing::Test {
 protected:
  std::string Folder() const { return folder_.path() + "/data"; }
  std::string File() const { return Folder() + "/record.db"; }
  std::unique_ptr<Store> Open(const std::string& folder) {
    auto store = OpenSqliteStore({folder, &R4Parameters(), &clock_, &random_});
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : Describe(store.error()));
    return store.ok() ? std::move(store).value() : nullptr;
  }
  std::unique_ptr<Store> Open() { return Open(Folder()); }
  std::unique_ptr<Database> Raw() { return Database::Open(File(), Database::Mode::kWrite, 5'000).value(); }
  void Execute(const std::string& sql) { ASSERT_TRUE(Raw()->Execute(sql).ok()) << sql; }
  int64_t Number(const std::string& sql) { return Raw()->QueryInteger(sql).value(); }
  void CommitOne(Store& store, const std::string& id) {
    ASSERT_TRUE(store.Commit(nurse_, {{Put("Patient", id, Json("Patient", id), "H1")}, "api"}).ok());
  }
  // Five commits, each read once: ten notes.
  void Work(const std::string& prefix = "p") {
    auto store = Open();
    for (int i = 0; i < 5; ++i) {
      CommitOne(*store, prefix + std::to_string(i));
      ASSERT_TRUE(store->OpenSnapshot(nurse_).value()->Read("Patient", prefix + std::to_string(i)).ok());
    }
  }
  // As the store does it once a day.
  Result<std::optional<Seal>> MakeSeal() {
    Engine engine(File(), R4Parameters(), clock_, 1);
    const auto writer = Writer::Start(engine, true, [] {}).value();
    return SealIfDue(engine, *writer);
  }
  void MustSeal() {
    const auto sealed = MakeSeal();
    ASSERT_TRUE(sealed.ok()) << Describe(sealed.error());
    ASSERT_TRUE(sealed->has_value());
  }
  // The first bad thing that `check` says of a line that begins so; "" = none.
  std::string Bad(const std::string& line_begin) {
    auto store = Open();
    const CheckReport report = store->Check(system_).value();
    for (const CheckReport::Line& line : report.lines)
      if (StartsWith(line.what, line_begin)) return line.first_bad;
    ADD_FAILURE() << "no line " << line_begin;
    return "";
  }
  bool AllGood() { return Open()->Check(system_)->good(); }
  AuditPage Ask(const AuditQuestion& question) {
    const auto page = ReadAudit(manager_, Folder(), question, clock_);
    EXPECT_TRUE(page.ok()) << (page.ok() ? "" : Describe(page.error()));
    return page.ok() ? *page : AuditPage{};
  }

  const access::Caller system_ = access::SystemCaller("test");
  const access::Caller nurse_ = Somebody(access::Role::kClinician, {"H1"});
  static access::Caller Manager() {
    access::Caller caller = Somebody(access::Role::kAdministrator, {});
    caller.whole_county = true;
    return caller;
  }
  const access::Caller manager_ = Manager();
  FakeClock clock_{{1'795'910'400'000'000}};     // 2026-11-29 08:00 in China
  SeededRandom random_{7};
  ContractFolder folder_;
};

TEST_F(AuditChainTest, AnUntouchedRecordIsGood) {
  Work();
  EXPECT_TRUE(AllGood());
  clock_.Advance(kDay);
  MustSeal();
  Work("q");
  EXPECT_TRUE(AllGood());
  EXPECT_EQ(Number("SELECT count(*) FROM audit WHERE length(link) <> 16 OR link IS NULL"), 0);
}

TEST_F(AuditChainTest, EveryFieldOfANoteIsBound) {
  for (const char* change : {"at = at + 1", "t = t + 1", "verb = 'vread'", "type = 'Observation'", "what = 'p9'", "rows = 0",
                             "context = (SELECT max(number) + 1 FROM audit_context)", "link = randomblob(16)", "link = NULL"}) {
    std::filesystem::remove_all(Folder());
    Work();
    Execute("INSERT INTO audit_context(user, role, purpose, origin) VALUES('another', 'viewer', '', '')");
    Execute(std::string("UPDATE audit SET ") + change + " WHERE number = 4");
    const std::string bad = Bad("audit: every note");
    EXPECT_TRUE(StartsWith(bad, "note 4 of ")) << change << ": " << bad;
  }
  std::filesystem::remove_all(Folder());
  Work();
  Execute("UPDATE audit_context SET user = 'another' WHERE user = 'somebody'");
  EXPECT_TRUE(StartsWith(Bad("audit: every note"), "note 1 of ")) << "who it was is bound too";
}

TEST_F(AuditChainTest, AMissingNoteIsNamed) {
  Work();
  Execute("DELETE FROM audit WHERE number IN (4, 5)");
  EXPECT_EQ(Bad("audit: every note"), "notes 4 to 5 are missing");
  Work("q");
  EXPECT_EQ(Bad("audit: every note"), "notes 4 to 5 are missing") << "later work hides nothing";
}

TEST_F(AuditChainTest, ACommitWithoutItsNoteIsFoundAtTheEndToo) {
  Work();
  Execute("DELETE FROM audit WHERE number >= (SELECT max(number) FROM audit WHERE verb = 'commit')");
  EXPECT_EQ(Bad("audit: every note"), "") << "a chain alone does not miss its end";
  EXPECT_EQ(Bad("audit: a note of every commit"), "t 5");
}

TEST_F(AuditChainTest, AChainThatWasMadeAnewDoesNotFitItsSeal) {
  Work();
  clock_.Advance(kDay);
  MustSeal();
  {
    // Whoever can write the file alters a note and makes every link after it again.
    auto raw = Raw();
    ASSERT_TRUE(raw->Execute("UPDATE audit SET what = 'p9' WHERE number = 4").ok());
    std::vector<AuditRecord> notes;
    {
      auto rows = raw->Prepare(std::string(kSelectNotes) + "WHERE a.number >= 4 ORDER BY a.number");
      while (rows->Step().value()) notes.push_back(NoteOf(*rows));
    }
    ASSERT_TRUE(raw->Execute("DELETE FROM audit WHERE number >= 4").ok());
    ASSERT_TRUE(AuditWriter().Write(*raw, notes).ok());
  }
  EXPECT_EQ(Bad("audit: every note"), "");
  EXPECT_EQ(Bad("audit: the seal"), "the seal of 2026-11-29 does not fit: notes 1 to 10 were made anew");
}

TEST_F(AuditChainTest, ASealIsBoundToItsKeyAndTheSealBefore) {
  for (int day = 0; day < 3; ++day) {
    Work("d" + std::to_string(day));
    clock_.Advance(kDay);
    MustSeal();
  }
  EXPECT_EQ(Bad("audit: the seal"), "");
  Execute("DELETE FROM audit_seal WHERE day = (SELECT min(day) FROM audit_seal) + 1");
  EXPECT_TRUE(StartsWith(Bad("audit: the seal"), "the seal of 2026-12-01 is not signed by its key"));
  Execute("UPDATE audit_seal SET number = number - 1 WHERE day = (SELECT min(day) FROM audit_seal)");
  EXPECT_TRUE(StartsWith(Bad("audit: the seal"), "the seal of 2026-11-29 is not signed by its key"));
}

TEST_F(AuditChainTest, TheEndOfASealedDayCannotBeCutOff) {
  Work();
  clock_.Advance(kDay);
  MustSeal();
  Execute("DELETE FROM audit WHERE number = 10");
  EXPECT_EQ(Bad("audit: the seal"), "the seal of 2026-11-29 covers note 10, which is missing");
}

TEST_F(AuditChainTest, OnlyAWholeChainIsSealedAndOnlyWhatIsOver) {
  Work();
  EXPECT_FALSE(MakeSeal()->has_value()) << "the day is not over";
  clock_.Advance(kDay);
  Execute("UPDATE audit SET what = 'p9' WHERE number = 4");
  const auto broken = MakeSeal();
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, "audit-broken");
  EXPECT_NE(broken.error().en.find("note 4 of"), std::string::npos) << broken.error().en;
  EXPECT_EQ(Number("SELECT count(*) FROM audit_seal"), 0);
}

TEST_F(AuditChainTest, DaysThatNobodyWorkedAreNotSealedAndLateOnesOnce) {
  Work();
  clock_.Advance(4 * kDay);
  MustSeal();
  EXPECT_FALSE(MakeSeal()->has_value());
  EXPECT_EQ(Number("SELECT count(*) FROM audit_seal"), 1);
  clock_.Advance(kDay);
  EXPECT_FALSE(MakeSeal()->has_value());
  const auto mode = std::filesystem::status(Folder() + "/audit.key").permissions();
  EXPECT_EQ(mode & std::filesystem::perms::mask, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_TRUE(RemoveFile(Folder() + "/audit.key").ok());
  Work("r");
  clock_.Advance(kDay);
  MustSeal();
  EXPECT_EQ(Number("SELECT count(*) FROM audit_key"), 2) << "a new key; what the old one sealed stays sealed";
  EXPECT_TRUE(AllGood());
}

TEST_F(AuditChainTest, TheStoreSealsByItself) {
  Work();
  clock_.Advance(kDay);
  auto store = Open();
  std::mutex mutex;
  std::condition_variable told;
  uint64_t heard = 0;
  const auto handle = store->Subscribe([&](uint64_t t) {
    const std::lock_guard lock(mutex);
    heard = t;
    told.notify_all();
  });
  // A round of the store's own thread tells of a commit, then seals; the second commit is told in a later round.
  for (const char* id : {"x", "y"}) {
    CommitOne(*store, id);
    std::unique_lock lock(mutex);
    told.wait(lock, [&] { return heard == store->LastT(); });
  }
  EXPECT_EQ(Number("SELECT count(*) FROM audit_seal"), 1);
}

TEST_F(AuditChainTest, AFileOfAnEarlierReleaseGetsItsChain) {
  Work();
  Execute("ALTER TABLE audit DROP COLUMN link; DROP TABLE audit_key; DROP TABLE audit_seal; DELETE FROM setting WHERE name = 'audit_chain_from'");
  Work("q");
  EXPECT_EQ(Number("SELECT count(*) FROM audit WHERE link IS NULL"), 10);
  EXPECT_EQ(Number("SELECT value FROM setting WHERE name = 'audit_chain_from'"), 11);
  EXPECT_TRUE(AllGood());
  Execute("UPDATE audit SET what = 'p9' WHERE number = 14");
  EXPECT_TRUE(StartsWith(Bad("audit: every note"), "note 14 of "));
}

TEST_F(AuditChainTest, ARestoreToAnEarlierStateKeepsEveryNote) {
  Work();
  clock_.Advance(kDay);
  MustSeal();
  const std::string backup = folder_.path() + "/backup";
  ASSERT_TRUE(BackUp(system_, Folder(), backup, clock_).ok());
  const int64_t notes = Number("SELECT count(*) FROM audit");
  ASSERT_TRUE(Restore(system_, backup, folder_.path() + "/again", 2, clock_).ok());
  auto store = Open(folder_.path() + "/again");
  EXPECT_EQ(store->LastT(), 2u);
  CommitOne(*store, "new");
  const CheckReport report = store->Check(system_).value();
  for (const CheckReport::Line& line : report.lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
  auto raw = Database::Open(folder_.path() + "/again/record.db", Database::Mode::kRead, 5'000).value();
  EXPECT_EQ(raw->QueryInteger("SELECT count(*) FROM audit WHERE number <= " + std::to_string(notes)).value(), notes);
}

TEST_F(AuditChainTest, IsReadNewestFirstByWhoeverMayAndThatIsNotedToo) {
  Work();
  EXPECT_EQ(ReadAudit(nurse_, Folder(), {}, clock_).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(ReadAudit(manager_, folder_.path() + "/none", {}, clock_).error().code, "no-record");
  const AuditPage all = Ask({});
  ASSERT_EQ(all.notes.size(), 11u);
  EXPECT_EQ(all.before, 0u);
  EXPECT_EQ(all.notes.front().verb, "audit");
  EXPECT_EQ(all.notes.front().role, "administrator");
  EXPECT_EQ(all.notes.back().what, "p0 api");
  AuditQuestion reads;
  reads.verb = "read";
  reads.text = "p3";
  EXPECT_EQ(Ask(reads).notes.size(), 1u);
  AuditQuestion by_two;
  by_two.user = "somebody", by_two.type = "Patient", by_two.count = 2;
  std::vector<uint64_t> numbers;
  do {
    const AuditPage page = Ask(by_two);
    for (const AuditNote& note : page.notes) numbers.push_back(note.number);
    by_two.before = page.before;
  } while (by_two.before != 0);
  EXPECT_EQ(numbers, (std::vector<uint64_t>{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_TRUE(AllGood());
}

TEST_F(AuditChainTest, AsksByTime) {
  Work();
  const Instant noon = clock_.Now();
  clock_.Advance(kDay);
  Work("q");
  AuditQuestion question;
  question.type = "Patient";
  question.from = Instant{noon.microseconds + 1};
  EXPECT_EQ(Ask(question).notes.size(), 10u);
  question.from.reset();
  question.to = Instant{noon.microseconds + 1};
  const AuditPage before = Ask(question);
  ASSERT_EQ(before.notes.size(), 10u);
  EXPECT_EQ(before.notes.front().number, 10u);
}

TEST_F(AuditChainTest, APageIsBounded) {
  Open();
  {
    auto raw = Raw();
    AuditWriter writer;
    AuditRecord note;
    note.at = clock_.Now(), note.user = "a", note.verb = "read";
    ASSERT_TRUE(raw->Execute("BEGIN").ok());
    ASSERT_TRUE(writer.Write(*raw, std::vector<AuditRecord>(limits::kAuditLooked + 600, note)).ok());
    ASSERT_TRUE(raw->Execute("COMMIT").ok());
  }
  AuditQuestion many;
  many.count = 10'000;
  EXPECT_EQ(Ask(many).notes.size(), limits::kAuditPage);
  AuditQuestion none;
  none.user = "b";
  const AuditPage page = Ask(none);
  EXPECT_EQ(page.looked, limits::kAuditLooked);
  EXPECT_TRUE(page.notes.empty());
  none.before = page.before;
  EXPECT_EQ(Ask(none).before, 0u) << "and goes on where it was";
}

TEST_F(AuditChainTest, SealsThatWereKeptElsewhereTellARecordThatWasPutBack) {
  Work();
  std::filesystem::copy_file(File(), folder_.path() + "/earlier");
  clock_.Advance(kDay);
  MustSeal();
  const std::string kept = FormatAuditSeals(ReadAuditSeals(manager_, Folder(), clock_).value());
  EXPECT_EQ(ReadAuditSeals(nurse_, Folder(), clock_).error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(Split(kept, '\n').size(), 2u) << kept;
  EXPECT_TRUE(CompareAuditSeals(ReadAuditSeals(manager_, Folder(), clock_).value(), kept)->empty());
  // The whole file is replaced by an older one, and sealed again with the key that lies beside it.
  std::filesystem::copy_file(folder_.path() + "/earlier", File(), std::filesystem::copy_options::overwrite_existing);
  for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(File() + end);
  Execute("UPDATE audit SET what = 'p9' WHERE number = 10");
  {
    auto raw = Raw();
    ASSERT_TRUE(raw->Execute("DELETE FROM audit WHERE number = 10").ok());
  }
  MustSeal();
  const auto wrong = CompareAuditSeals(ReadAuditSeals(manager_, Folder(), clock_).value(), kept);
  ASSERT_EQ(wrong->size(), 1u);
  EXPECT_EQ(wrong->front(), "the seal of 2026-11-29 that was kept is not the record's");
  EXPECT_EQ(CompareAuditSeals({}, "nonsense").error().code, "bad-seals");
}

}  // namespace
}  // namespace qianxian::store::sqlite
