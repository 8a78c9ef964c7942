// The text of a resource that people read: the narrative, and every string and markdown. Not codes, dates, addresses of the
// web, data. Inner part of search. Pure.
// Source: https://hl7.org/fhir/R4/search.html#content
#pragma once

#include "json/value.h"
#include "search/parameters.h"
#include "words/text.h"

namespace qianxian::search {

struct ResourceText {
  words::TextWords narrative;      // what _text looks in; _content looks in both
  words::TextWords other;
};
void AppendText(const Parameters& parameters, json::Value resource, ResourceText& out);
// Text of XHTML: without tags, entities undone.
std::string TextOfXhtml(std::string_view xhtml);

}  // namespace qianxian::search
