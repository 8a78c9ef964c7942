// Any bytes as a form, a scope and a redirect address: refused with a reason; a scope that was read says the same when it is
// written and read again, and never gives more than all of its own words.
#include "base/check.h"
#include "http/server.h"
#include "oauth/client.h"
#include "oauth/form.h"
#include "oauth/words.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto is_type = [](std::string_view type) { return type == "Patient" || type == "Observation"; };
  const Result<oauth::Words> words = oauth::ReadWords(text, is_type);
  if (words.ok()) {
    const Result<oauth::Words> again = oauth::ReadWords(words->Text(), is_type);
    QX_CHECK(again.ok() || words->empty(), "a scope is not read again");
    if (again.ok()) {
      QX_CHECK(again->Text() == words->Text(), "a scope has one form");
      QX_CHECK(oauth::IsWithin(*again, *words) && oauth::IsWithin(*words, *again), "a scope is within itself");
      const oauth::Words common = oauth::Common(*again, *words);
      QX_CHECK(oauth::IsWithin(common, *words), "what both have is in each");
    }
  }
  const Result<access::GrantedScope> granted = access::ParseGrantedScope(text);
  if (granted.ok()) QX_CHECK(access::ParseGrantedScope(access::ScopeText(*granted)).value() == *granted, "a granted scope changes");
  const Result<oauth::Form> form = oauth::Form::Of(http::ParseQuery(text));
  if (form.ok()) (void)form->Text("client_id");
  (void)oauth::CheckRedirectUri(text).ok();
  const Result<oauth::Client> client = oauth::ClientFromJson(text, 1);
  if (client.ok()) (void)oauth::ToJson(*client);
  return 0;
}
