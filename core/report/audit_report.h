// The audit of a recording as it is read: its limits first, each part with its sentence, its plot and its
// numbers, then settings, seeds, version and the hash of the data, and a paragraph for a paper's methods
// section. One value behind the window's page, the HTML file and the PDF, so that they say the same; a
// session keeps it.
#pragma once

#include "core/audit/audit.h"
#include "core/report/svg.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace keyhole {

struct AuditProvenance {
  std::vector<std::string> files;
  std::string dataHash;  // fingerprint() of what was audited
  double seconds = 0;    // between two samples; 0: not known
  nlohmann::ordered_json run;
  std::string pushFile = {};  // of perturbations; empty: none
};

struct ReportTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

// Exactly one of these has something in it.
struct ReportBlock {
  std::string text;               // a paragraph
  std::vector<std::string> list;  // of sentences
  std::optional<ReportTable> table;
  std::optional<SvgPlot> plot;
  std::string barsTitle;
  std::vector<SvgBar> bars;
  std::string code;  // as it stands, line by line
};

struct ReportSection {
  std::string key;  // of the part, see auditParts(); others: "not_done", "warnings", "methods", "made_by"
  std::string heading;
  std::vector<ReportBlock> blocks;
};

// What a reader's own prior is put into.
struct ReportOdds {
  double probability = 0, standardError = 0, prior = 0, likelihoodRatio = 0;
  double readersPrior = std::numeric_limits<double>::quiet_NaN();  // NaN: none was put in
};

struct AuditReport {
  std::string title;                   // "Audit of activity.npy"
  std::string refusal;                 // empty: none
  std::vector<std::string> sentences;  // of its parts, in short
  std::vector<std::string> limits;
  std::vector<ReportSection> sections;
  std::optional<ReportOdds> odds;  // empty: no weights are given
  std::string dataHash;
  std::string of;  // dataSettings() of what was audited, where a window asked; else empty

  const ReportSection* part(const std::string& key) const;  // null: not there
};

// Of an audit that is under way: what is there so far (until: the key of the last part that is; empty: all).
AuditReport auditReport(const Audit& audit, const AuditProvenance& provenance, const std::string& until = {});

// The same with a reader's prior in (0, 1) put in, and what it makes of the probability in a sentence of
// part 5. Of a report without odds: as it is.
AuditReport withReadersPrior(AuditReport report, double prior);

// The settings that say which data are read, and how, as text.
std::string dataSettings(const Settings& settings);

// What was done, for a methods section.
std::string auditMethods(const Audit& audit, const AuditProvenance& provenance);

// The first sentence of a section's text, or empty.
std::string firstSentence(const ReportSection& section);

nlohmann::ordered_json auditReportToJson(const AuditReport& report);
// Throws InputError, naming `name`, if it is none.
AuditReport auditReportFromJson(const nlohmann::ordered_json& json, const std::string& name);

}  // namespace keyhole
