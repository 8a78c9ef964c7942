// Pages: every match exactly once, in order, whatever is written meanwhile.
#include <algorithm>

#include "search/parameters.h"
#include "store/contract/contract.h"
#include "store/sort_order.h"

namespace qianxian::store {
namespace {

std::vector<Change> Patients(int count, SeededRandom& random) {
  std::vector<Change> changes;
  for (int i = 0; i < count; ++i) {
    const std::string id = "p" + std::to_string(i);
    std::string members = R"("gender":")" + std::string(random.NextBelow(2) ? "male" : "female") + "\"";
    if (random.NextBelow(6)) {
      std::string date = std::to_string(1950 + random.NextBelow(40)) + "-0" + std::to_string(1 + random.NextBelow(9)) + "-11";
      date.resize(std::vector<size_t>{10, 10, 10, 10, 7, 4}[random.NextBelow(6)]);   // some know only the month or the year
      members += R"(,"birthDate":")" + date + "\"";
    }
    if (random.NextBelow(6)) {
      members += R"(,"name":[{"family":"F)" + std::to_string(random.NextBelow(200)) + R"("},{"family":"G)" +
                 std::to_string(random.NextBelow(200)) + "\"}]";
    }
    if (random.NextBelow(4)) {
      members += R"(,"identifier":[{"system":"urn:a","value":")" + std::to_string(random.NextBelow(5000)) + "\"}]";
    }
    if (random.NextBelow(4)) {
      const uint64_t kind = random.NextBelow(20);
      const std::string organization = "o" + std::to_string(random.NextBelow(30));
      const std::string reference = kind == 0 ? "http://elsewhere/Organization/" + organization : "Organization/" + organization;
      members += R"(,"managingOrganization":{"reference":")" + reference + "\"}";
    }
    if (random.NextBelow(4)) {
      const std::string coding = R"("coding":[{"system":"urn:l","code":")" + std::string(1, static_cast<char>('a' + random.NextBelow(9))) +
                                 R"(","display":"Some"}])";
      const uint64_t kind = random.NextBelow(12);
      members += R"(,"communication":[{"language":{)" + (kind == 0 ? R"("text":"Some")" : kind < 4 ? coding + R"(,"text":"b 2")" : coding) + "}}]";
    }
    changes.push_back(Put("Patient", id, Json("Patient", id, members)));
  }
  for (int i = 0; i < 20; ++i) {   // of the other ten it is only known that somebody refers to them
    const std::string id = "o" + std::to_string(i);
    changes.push_back(Put("Organization", id, Json("Organization", id, R"("active":true)")));
  }
  return changes;
}

// A page is looked for among a part of the record first; one that is sorted is not, and judges it.
TEST_P(StoreContract, PagesOfAPartAreThoseOfTheWhole) {
  SeededRandom random(5);
  MustCommit(Patients(6'000, random));
  std::vector<Change> changes;
  for (int i = 0; i < 900; ++i) {   // later versions, deletions, resources that point back
    const std::string id = "p" + std::to_string(random.NextBelow(6'000));
    if (i % 3 == 0) changes.push_back(Delete("Patient", id));
    if (i % 3 == 1) changes.push_back(Put("Patient", id, Json("Patient", id, R"("gender":"male","name":[{"family":"F7"}])")));
    if (i % 3 == 2) {
      const std::string code = R"("status":"final","code":{"coding":[{"system":"urn:l","code":"a"}]},"subject":{"reference":"Patient/)";
      changes.push_back(Put("Observation", "o" + std::to_string(i), Json("Observation", "o" + std::to_string(i), code + id + "\"}")));
    }
    if (changes.size() == 100) {
      MustCommit(std::move(changes));
      changes.clear();
    }
  }
  for (const char* text : {"gender=male", "gender:not=male", "family:exact=F7", "family=g1&birthdate=lt1965", "birthdate:missing=true",
                           "organization.active=true", "organization.active=true&gender=male", "language=urn:l|a&gender=female",
                           "_has:Observation:patient:code=a", "identifier=17", "family:contains=9&gender:not=female"}) {
    const auto whole = SearchAll(system_, "Patient", std::string(text) + "&_sort=_lastUpdated&_count=1000");
    EXPECT_FALSE(whole.empty()) << text;
    EXPECT_EQ(SearchAll(system_, "Patient", std::string(text) + "&_count=300"), whole) << text;
  }
}

TEST_P(StoreContract, SortsManyByNumbersOfSeveralUnits) {
  SeededRandom random(9);
  std::vector<Change> changes;
  std::vector<std::pair<int, std::string>> wanted;
  for (int i = 0; i < 1'500; ++i) {
    const int value = static_cast<int>(random.NextBelow(400'000)) - 100'000;
    const std::string id = "o" + std::to_string(i);
    const bool is_wanted = i % 3 == 0;
    changes.push_back(Put("Observation", id, Json("Observation", id,
        R"("status":"final","code":{"coding":[{"code":")" + std::string(is_wanted ? "a" : "b") + R"("}]},"valueQuantity":{"value":)" +
            std::to_string(value) + R"(,"system":"urn:u","code":"u)" + std::to_string(i % 4) + "\"}")));
    if (is_wanted) wanted.emplace_back(value, "Observation/" + id);
  }
  MustCommit(std::move(changes));
  std::sort(wanted.begin(), wanted.end());
  std::vector<std::string> ids;
  for (const auto& [value, id] : wanted) ids.push_back(id);
  EXPECT_EQ(SearchAll(system_, "Observation", "code=a&_sort=value-quantity&_count=60"), ids);
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(SearchAll(system_, "Observation", "code=a&_sort=-value-quantity&_count=60"), ids);
}

TEST_P(StoreContract, PagesCoverAllOnceWhileOthersWrite) {
  SeededRandom random(3);
  MustCommit(Patients(137, random));
  for (const char* text : {"_count=10", "gender=male&_count=7", "gender:not=male&_count=7", "_sort=birthdate&_count=10",
                           "_sort=-birthdate,family&_count=9", "_sort=-_lastUpdated&_count=10", "_sort=_id&_count=50",
                           "family:contains=1&_count=5", "_sort=identifier&_count=13"}) {
    const auto whole = Sorted(SearchAll(system_, "Patient", std::string(text).substr(0, std::string(text).rfind('_')) + "_count=1000"));
    std::vector<std::string> seen;
    std::string place;
    int page_number = 0;
    do {
      auto query = search::Query::ParseText(R4Parameters(), "Patient", text).value();
      query.place = place;
      const auto page = Snap()->Search(query).value();
      for (const std::string& id : Ids(page.matches)) seen.push_back(id);
      EXPECT_TRUE(page.next.empty() || page.matches.size() == query.count) << text;
      place = page.next;
      // Others come, change and go between two pages.
      const std::string id = "p" + std::to_string(random.NextBelow(137));
      MustCommit({Put("Patient", "new", Json("Patient", "new", R"("gender":"male")")), Delete("Patient", id)});
      ++page_number;
    } while (!place.empty() && page_number < 200);
    EXPECT_EQ(Sorted(seen), whole) << text;
    MustCommit(Patients(137, random));
    MustCommit({Delete("Patient", "new")});
  }
}

// Small sets are sorted by their bodies, big ones by an index: both must give the order that was asked for.
TEST_P(StoreContract, SortsByAnyParameter) {
  SeededRandom random(5);
  MustCommit(Patients(900, random));
  MustCommit(Patients(450, random));   // half of them have two versions
  for (const char* sort : {"birthdate", "-birthdate", "family", "-family", "identifier", "-identifier", "_id", "-_id",
                           "_lastUpdated", "-_lastUpdated", "birthdate,-family", "-family,birthdate,_id", "gender,birthdate", "-gender,-birthdate,_id",
                           "gender", "-gender", "organization", "-organization", "organization,-gender,birthdate", "language", "-language",
                           "language,identifier"}) {
    for (const char* filter : {"", "gender=male&", "birthdate=ge1960&", "birthdate=1960&"}) {
      const std::string text = std::string(filter) + "_sort=" + sort;
      const auto query = search::Query::ParseText(R4Parameters(), "Patient", text + "&_count=1000").value();
      const auto page = Snap()->Search(query).value();
      const auto expected = SearchAll(system_, "Patient", std::string(filter) + "_count=1000");
      EXPECT_EQ(Sorted(Ids(page.matches)), Sorted(expected)) << text;
      std::vector<std::vector<SortValue>> values;
      for (const Resource& resource : page.matches) {
        std::vector<search::IndexEntry> entries;
        const auto document = json::Document::Parse(resource.body).value();
        R4Parameters().Extract(document.root(), entries);
        R4Parameters().AppendIdentity("Patient", resource.id, resource.last_updated, entries);
        values.emplace_back();
        for (const search::SortKey& key : query.sort) values.back().push_back(SortValueOf(key, entries));
      }
      for (size_t i = 1; i < values.size(); ++i) {
        int order = 0;
        for (size_t k = 0; k < query.sort.size() && order == 0; ++k) {
          order = CompareSortValues(values[i - 1][k], values[i][k], query.sort[k].descending);
        }
        ASSERT_LE(order, 0) << text << " at " << i;
      }
      const auto paged = SearchAll(system_, "Patient", text + "&_count=100");
      EXPECT_EQ(paged, Ids(page.matches)) << text << ": pages and the whole are one order";
    }
  }
}

TEST_P(StoreContract, SortsByUri) {
  SeededRandom random(6);
  std::vector<Change> changes;
  for (int i = 0; i < 600; ++i) {
    const std::string id = "q" + std::to_string(i);
    const std::string url = R"(,"url":"http://example.org/)" + std::to_string(random.NextBelow(150)) + "\"";
    changes.push_back(Put("Questionnaire", id, Json("Questionnaire", id, R"("status":"active")" + (i % 7 ? url : std::string()))));
  }
  MustCommit(std::move(changes));
  for (const bool descending : {false, true}) {
    const SearchPage page = Search("Questionnaire", std::string("_count=1000&_sort=") + (descending ? "-url" : "url"));
    ASSERT_EQ(page.matches.size(), 600u);
    std::vector<std::string> urls;
    for (const Resource& resource : page.matches) {
      const auto url = json::Document::Parse(resource.body).value();
      urls.push_back(std::string(url.root().Find("url") ? url.root().Find("url")->AsString() : ""));
    }
    const auto first_missing = std::find(urls.begin(), urls.end(), "");
    EXPECT_EQ(urls.end() - first_missing, 86) << "those without one come last";
    EXPECT_TRUE(descending ? std::is_sorted(urls.begin(), first_missing, std::greater<>()) : std::is_sorted(urls.begin(), first_missing));
  }
}

TEST_P(StoreContract, RefusesAPlaceThatIsNone) {
  MustCommit({Put("Patient", "a", Json("Patient", "a"))});
  for (const char* place : {"x", "1", "1.q.1", "-1.s.1", "9999.s.1", "1.s.1.1"}) {
    auto query = search::Query::ParseText(R4Parameters(), "Patient", "").value();
    query.place = place;
    EXPECT_FALSE(Snap()->Search(query).ok()) << place;
    EXPECT_FALSE(Snap()->History("Patient", "", std::nullopt, 10, "nonsense").ok());
  }
}

TEST_P(StoreContract, CountsWithoutRows) {
  SeededRandom random(8);
  MustCommit(Patients(50, random));
  for (const char* text : {"_summary=count", "_count=0"}) {
    const SearchPage page = Search("Patient", text);
    EXPECT_EQ(page.total, 50u) << text;
    EXPECT_TRUE(page.matches.empty());
  }
  EXPECT_FALSE(Search("Patient", "_count=10").total.has_value());
  EXPECT_EQ(Search("Patient", "_count=10&_total=accurate").total, 50u);
}

}  // namespace
}  // namespace qianxian::store
