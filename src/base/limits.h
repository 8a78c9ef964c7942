// Every bound of the program, in one place. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

// json
inline constexpr size_t kJsonDepth = 100;
inline constexpr size_t kJsonBytes = size_t{64} << 20;
// http
inline constexpr size_t kHttpHeaderBytes = 32 << 10;
inline constexpr size_t kHttpBodyBytes = size_t{64} << 20;            // kept in memory
inline constexpr uint64_t kHttpBodiesBytes = uint64_t{512} << 20;     // of all connections together; more: 503
inline constexpr uint64_t kHttpUploadBytes = uint64_t{16} << 30;      // streamed to a file
inline constexpr int kHttpIdleSeconds = 60;
inline constexpr int kHttpHeaderSeconds = 15;
inline constexpr size_t kHttpConnections = 2048;
inline constexpr size_t kHttpQueuedRequests = 1024;                   // more: 503 with Retry-After
inline constexpr int kHttpWorkers = 4;
inline constexpr uint64_t kHttpMinimumBytesPerSecond = 1024;          // slower than this on average, after the first idle time: closed
inline constexpr int kHttpLingerSeconds = 2;                          // an early refusal waits so long for the client to read it
inline constexpr int kHttpStopSeconds = 5;
inline constexpr size_t kHttpGzipBytes = 1024;                        // smaller answers are not worth packing
inline constexpr size_t kPipeBytes = 1 << 20;                         // waiting for one client of a long-lived answer; more: it is cut
inline constexpr size_t kPipeMessageBytes = 64 << 10;                 // of one message that a WebSocket's client sends
inline constexpr int kPipeHeartbeatSeconds = 20;                      // without anything else to send
// fhirpath
inline constexpr size_t kFhirPathDepth = 200;
inline constexpr uint64_t kFhirPathSteps = 2'000'000;
inline constexpr size_t kPatternBytes = 1000;                         // a regular expression of a value set's filter
// terminology
inline constexpr size_t kCodeSystemConcepts = 2'000'000;              // of one code system
inline constexpr size_t kExpansionCodes = 100'000;                    // in one answer; more: "too-costly"
inline constexpr size_t kExpansionCandidates = 5'000'000;             // looked at for one answer
inline constexpr int kValueSetDepth = 30;                             // value sets that import value sets
inline constexpr size_t kTerminologyBytes = size_t{96} << 20;         // code systems and value sets kept ready
// validate
inline constexpr size_t kValidateIssues = 500;                        // of one resource; more are counted and said
inline constexpr int kValidateDepth = 200;                            // elements within elements, contained ones included
inline constexpr size_t kValidateElements = 2'000'000;                // looked at for one resource, with each of its profiles
inline constexpr size_t kValidateProfiles = 50;                       // asked for at once
inline constexpr int kProfileDepth = 20;                              // profiles on profiles
inline constexpr size_t kSchemaElements = 20'000;                     // of one profile's snapshot
inline constexpr size_t kSchemasKept = 500;
// search
inline constexpr size_t kSearchPageDefault = 50;
inline constexpr size_t kSearchPageMaximum = 1000;
inline constexpr size_t kSearchIncludesMaximum = 5000;
inline constexpr size_t kSearchValuesMaximum = 5000;
inline constexpr size_t kMetaResources = 20'000;                      // looked at by $meta of a type or of all; more: refused
inline constexpr size_t kHistoryLooked = 20'000;                      // versions gone through for _at; more: refused
inline constexpr size_t kConditionalDeletes = 10'000;                 // of one conditional delete with _count; more: refused
inline constexpr size_t kViewRunRows = 1'000'000;                     // of one answer of ViewDefinition/$run; more: refused
inline constexpr size_t kViewRunBytes = size_t{64} << 20;
inline constexpr size_t kViewRowsOfResource = 100'000;                // nested lists multiply; more: refused
inline constexpr size_t kPatchOperations = 1'000;                     // of one patch
inline constexpr size_t kPatchBytes = size_t{64} << 20;               // of the resource at any step of a patch
// store
inline constexpr size_t kBundleEntries = 50'000;
inline constexpr size_t kCommitChanges = 200'000;
inline constexpr size_t kGroupCommitMaximum = 512;
inline constexpr size_t kAuditWaiting = 100'000;                      // notes of reads that are not yet written; more: reads wait, then are refused
// sheets
inline constexpr size_t kCsvFieldBytes = 1 << 20;
inline constexpr size_t kCsvColumns = 4096;
inline constexpr uint64_t kSpreadsheetRows = 1'048'576;                // that Excel opens of a file; a report with more says so
inline constexpr size_t kCodeRows = 500'000;                          // a sheet of codes is read whole and becomes one resource
inline constexpr size_t kOrganizationRows = 1'000'000;               // a sheet of organisations is read whole
inline constexpr size_t kFhirAheadBytes = size_t{24} << 20;           // of FHIR files, unpacked before their turn; and one more file
inline constexpr size_t kImportIdentifiers = 5'000'000;               // of one type, for references by identifier in a Bundle
// columns (DuckDB)
inline constexpr size_t kColumnsMemoryBytes = size_t{1} << 30;
inline constexpr size_t kLedgerMemoryBytes = size_t{512} << 20;        // for staging and comparing an import; the rest spills
// warehouse
inline constexpr size_t kKeptChangedKeys = 2'000;                     // of one round; more: a kept table is made anew
// measures
inline constexpr size_t kCasesPageMaximum = 1000;
inline constexpr size_t kMeasureStrata = 100'000;
inline constexpr size_t kAnswerBytes = 4 << 20;                       // one kept answer
inline constexpr size_t kAnswersBytes = size_t{32} << 20;             // all of them
// events for the page
inline constexpr size_t kEventBytes = 2048;                           // of one notice
inline constexpr size_t kEventsKept = 500;                            // for pages that were away
inline constexpr size_t kEventWaitingBytes = 2 << 20;                 // for one page: all that are kept, and more
inline constexpr size_t kEventStreams = 500;
inline constexpr size_t kEventStreamsOfUser = 20;
// serve: many workers, because a commit waits for the disk and those that wait together are written together
inline constexpr int kServeWorkers = 64;
// imports of the page
inline constexpr size_t kImportsWaiting = 100;                           // in the queue; more: busy
inline constexpr size_t kImportsListed = 200;
inline constexpr int kImportSilentMinutes = 60;                       // a command-line import that says nothing for so long is shown as failed
// sign-in
inline constexpr int kSignInFailures = 5;
inline constexpr int kSignInLockMinutes = 15;
inline constexpr int kSessionIdleMinutes = 30;
inline constexpr int kSessionHours = 12;
inline constexpr size_t kPasswordCharacters = 8;
inline constexpr size_t kPasswordBytes = 256;
inline constexpr int kPasswordClasses = 3;
inline constexpr int kSessionSaveMinutes = 10;                        // how exactly the store knows when a session was last used
inline constexpr int kSessionCheckSeconds = 2;                        // how long another process's change may go unseen
inline constexpr int kTokenHours = 12;                                // of a bearer token, unless asked for otherwise
inline constexpr int kTokenHoursMaximum = 24 * 366;
inline constexpr size_t kUnknownUsers = 10'000;                       // wrong names remembered, to lock them like known ones

}  // namespace qianxian::limits
