#include "warehouse/answers.h"

#include "base/limits.h"
#include "base/log.h"

namespace qianxian::warehouse::internal {
namespace {

void Say(const Status& status) {
  if (!status.ok()) LogWarning("kept answers: " + Describe(status.error()));
}

}  // namespace

Answers::Answers(std::unique_ptr<columns::Connection> connection) { shelf_.Lock()->connection = std::move(connection); }

void Answers::Load(Shelf& shelf) {
  if (shelf.loaded) return;
  shelf.loaded = true;
  const Result<columns::Rows> rows = shelf.connection->Query("SELECT key, as_of, answer FROM warehouse_answer");
  if (!rows.ok()) return Say(rows.error());
  for (const auto& row : rows->rows) {
    shelf.kept[row[0].text] = {static_cast<uint64_t>(row[1].integer), row[2].text};
    shelf.bytes += row[0].text.size() + row[2].text.size();
  }
}

std::string Answers::Find(std::string_view key, uint64_t as_of, uint64_t changed_at) {
  auto shelf = shelf_.Lock();
  Load(*shelf);
  const auto found = shelf->kept.find(key);
  if (found == shelf->kept.end() || found->second.as_of < changed_at || found->second.as_of > as_of) return {};
  return found->second.answer;
}

void Answers::Keep(std::string_view key, uint64_t as_of, uint64_t changed_at, std::string_view answer) {
  if (as_of < changed_at || answer.size() > limits::kAnswerBytes) return;
  auto shelf = shelf_.Lock();
  Load(*shelf);
  if (shelf->bytes + key.size() + answer.size() > limits::kAnswersBytes) {
    Say(shelf->connection->Run("DELETE FROM warehouse_answer"));
    shelf->kept.clear();
    shelf->bytes = 0;
  }
  const auto old = shelf->kept.find(key);
  if (old != shelf->kept.end()) {
    shelf->bytes -= old->second.answer.size() + key.size();
    Say(shelf->connection->Run("DELETE FROM warehouse_answer WHERE key = " + columns::QuoteText(key)));
  }
  shelf->kept[std::string(key)] = {as_of, std::string(answer)};
  shelf->bytes += key.size() + answer.size();
  const Result<columns::Rows> written = shelf->connection->Query(
      "INSERT INTO warehouse_answer VALUES ($1, $2, $3)",
      {columns::Parameter::Text(key), columns::Parameter::Integer(static_cast<int64_t>(as_of)), columns::Parameter::Text(answer)});
  if (!written.ok()) Say(written.error());
}

void Answers::Forget() {
  auto shelf = shelf_.Lock();
  Say(shelf->connection->Run("DELETE FROM warehouse_answer"));
  shelf->kept.clear();
  shelf->bytes = 0;
  shelf->loaded = true;
}

}  // namespace qianxian::warehouse::internal
