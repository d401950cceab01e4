#include "core/report/audit_report.h"

#include "core/common/three_digits.h"
#include "core/report/audit_parts.h"

#include <cctype>

namespace keyhole {
namespace {

void addClosing(AuditReport& report, const Audit& audit, const AuditProvenance& provenance) {
  const auto add = [&](const char* key, const char* heading) -> std::vector<ReportBlock>& {
    report.sections.push_back({key, heading, {}});
    return report.sections.back().blocks;
  };
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : audit.notDone) rows.push_back({one.part, one.why});
  if (!rows.empty()) addTable(add("not_done", "Not done"), {"part", "why"}, std::move(rows));
  if (!audit.warnings.empty() || !audit.summary.warnings.empty()) {
    std::vector<ReportBlock>& blocks = add("warnings", "Warnings");
    addList(blocks, audit.summary.warnings);
    addList(blocks, audit.warnings);
  }
  addText(add("methods", "For a methods section"), auditMethods(audit, provenance));
  std::vector<ReportBlock>& made = add("made_by", "What made this");
  addText(made, "Hash of the data: " + provenance.dataHash);
  if (!provenance.pushFile.empty()) addText(made, "Perturbations: " + provenance.pushFile);
  made.emplace_back();
  made.back().code = provenance.run.dump(1);
}

}  // namespace

AuditReport auditReport(const Audit& audit, const AuditProvenance& provenance, const std::string& until) {
  AuditReport report;
  report.title = "Audit of ";
  for (std::size_t i = 0; i < provenance.files.size(); ++i)
    report.title += (i > 0 ? ", " : "") + provenance.files[i];
  report.refusal = audit.refusal;
  report.sentences = audit.sentences;
  report.limits = auditLimits(audit);
  report.dataHash = provenance.dataHash;
  for (const auto& part : auditParts()) {
    report.sections.push_back({part.key, part.heading, partBlocks(part.key, audit)});
    if (part.key == until) break;
  }
  if (audit.reference && audit.reference->given)
    report.odds = ReportOdds{audit.reference->probability, audit.reference->standardError,
                             audit.reference->prior, audit.reference->likelihoodRatio};
  if (until.empty()) addClosing(report, audit, provenance);
  return report;
}

AuditReport withReadersPrior(AuditReport report, double prior) {
  if (!report.odds) return report;
  report.odds->readersPrior = prior;
  ReportBlock block;
  block.text = "With the reader's own prior of " + threeDigits(prior) +
               " a real slow variable has probability " +
               threeDigits(withPrior(report.odds->likelihoodRatio, prior)) + " (likelihood ratio " +
               threeDigits(report.odds->likelihoodRatio) + ").";
  for (auto& section : report.sections)
    if (section.key == "reference")
      section.blocks.insert(section.blocks.begin() + (section.blocks.empty() ? 0 : 1), block);
  return report;
}

std::string dataSettings(const Settings& settings) {
  const Settings acted = effective(settings);
  std::string text;
  for (const auto& row : settingsTable())
    if (row.stage == Stage::teacher && acted.applies(row))
      text += row.key + "=" + toText(acted.value(row.key)) + "\n";
  return text;
}

const ReportSection* AuditReport::part(const std::string& key) const {
  for (const auto& section : sections)
    if (section.key == key) return &section;
  return nullptr;
}

std::string firstSentence(const ReportSection& section) {
  for (const auto& block : section.blocks) {
    const std::string& text = block.text;
    if (text.empty()) continue;
    for (std::size_t i = 0; i + 2 < text.size(); ++i)
      if (text[i] == '.' && text[i + 1] == ' ' && std::isupper(static_cast<unsigned char>(text[i + 2])))
        return text.substr(0, i + 1);
    return text;
  }
  return {};
}

}  // namespace keyhole
