#include "server_trust.h"

#include "onbehalf/client/errors.h"
#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe_path.h"

namespace onbehalf::client {
namespace {

std::string Named(const win32::Sid& sid) { return win32::AccountNames().DisplayWithSid(sid); }

}  // namespace

ServerFacts FindServerFacts(HANDLE pipe, const Options& options) {
  std::optional<pipe::ServerFacts> found;
  try {
    found = pipe::ServerFactsOf(pipe);
  } catch (const win32::Win32Error& error) {
    throw ServerNotTrusted("the owner of " + PipePath(options) +
                           " cannot be read, so the server cannot be verified: " + error.what() +
                           ". The service's own pipe lets every client read it (READ_CONTROL).");
  }
  if (!found) {
    throw ServerNotTrusted(PipePath(options) + " has no owner, so the server cannot be verified");
  }
  ServerFacts facts{found->owner, 0, IsLocal(options.server), std::nullopt};
  if (facts.is_local) {
    facts.process_id = found->process_id;
    if (options.trust == Trust::kService) facts.service = FindServiceProcess(options.service);
  }
  return facts;
}

std::optional<std::string> CheckIsService(const ServerFacts& facts, std::string_view service) {
  const std::string name(service);
  const bool owner_is_expected = facts.owner == win32::Sid::ForService(service) ||
                                 facts.owner == win32::Sid::FromWellKnown(WinLocalSystemSid) ||
                                 facts.owner == win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  const bool is_service_process =
      facts.service && facts.service->process_id != 0 && facts.service->process_id == facts.process_id;
  // A service whose process has no service SID creates its pipe as its account; the process id then proves it.
  const bool owner_is_service_user =
      is_service_process && facts.service->user && *facts.service->user == facts.owner;

  if (!owner_is_expected && !owner_is_service_user) {
    return "its owner is " + Named(facts.owner) + "; expected NT SERVICE\\" + name +
           ", LocalSystem or Administrators. Another program has created a pipe with this name, or the service "
           "runs in a "
           "console. Check with 'sc query " +
           name +
           "' and 'onbehalf doctor'; a service that you started yourself is trusted with --trust same-user.";
  }
  if (facts.is_local && facts.service && !is_service_process) {
    const std::string found = facts.process_id == 0 ? std::string("an unknown process")
                                                    : "process " + std::to_string(facts.process_id);
    const std::string expected =
        facts.service->process_id == 0
            ? "the service " + name + " is not running"
            : "the service " + name + " is process " + std::to_string(facts.service->process_id);
    return "it was created by " + found + ", but " + expected +
           ". Another program has created a pipe with this name, or a client still holds a pipe end of the "
           "service's previous process: close that client. Check with 'sc query " +
           name + "' and 'onbehalf doctor'.";
  }
  return std::nullopt;
}

OwnIdentity FindOwnIdentity() {
  const win32::Token token = win32::Token::FromOwnProcess();
  return {token.User(), token.DefaultOwner()};
}

std::optional<std::string> CheckIsSameUser(const ServerFacts& facts, const OwnIdentity& own) {
  if (facts.owner == own.user || facts.owner == own.default_owner) return std::nullopt;
  return "its owner is " + Named(facts.owner) + "; expected this user, " + Named(own.user) +
         ". Start the client as the user who runs the service, or use --trust service for the installed one.";
}

void VerifyServer(HANDLE pipe, const Options& options) {
  if (options.trust == Trust::kAny) return;
  const ServerFacts facts = FindServerFacts(pipe, options);
  const std::optional<std::string> why = options.trust == Trust::kService
                                             ? CheckIsService(facts, options.service)
                                             : CheckIsSameUser(facts, FindOwnIdentity());
  if (why) throw ServerNotTrusted(PipePath(options) + " is not trusted: " + *why);
}

}  // namespace onbehalf::client
