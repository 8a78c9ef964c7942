// What an administrator is told of the server's certificate: whose it is, until when it is good, and that it is time for a
// new one. Pure; any thread.
#pragma once

#include <string>

#include "base/clock.h"
#include "http/server.h"

namespace qianxian::app {

std::string CertificateNotice(const http::Certificate& certificate, Instant now);

}  // namespace qianxian::app
