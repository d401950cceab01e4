// The session file (.keyhole): all settings as JSON in the table's order, written whole or not at all.
#pragma once

#include "core/experiment/settings/settings.h"

namespace keyhole {

struct Session {
  Settings settings;
  std::string title;
  std::string layout;      // opaque window layout (base64), may be empty
  std::string audit = {};  // the audit of its recording, a JSON object as text; empty: none
  // fingerprint() of the recording as its settings read it when it was saved; empty: it was not known, or the
  // session is about a teacher.
  std::string recordingHash = {};
};

// Stable key order, one setting per line: load followed by save gives the same bytes. Paths stand as they
// were written. Throws InputError for a text that is not UTF-8, which JSON cannot hold.
std::string sessionBytes(const Session& session);

// name: what messages call the source. Settings that are missing keep their defaults; a preset's file is a
// session, too. Throws InputError: not JSON, not a session, an unknown entry or key, a wrong type, a value
// out of range, a newer format, a hash that is none.
Session parseSession(std::string_view bytes, const std::string& name);

void saveSession(const std::string& path, const Session& session);  // atomic
Session loadSession(const std::string& path);

// A preset's name or else the path of a session file, as the command line takes it. Throws InputError,
// listing the presets.
Session presetOrSession(const std::string& nameOrPath);

}  // namespace keyhole
