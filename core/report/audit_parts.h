// The six parts of an audit's report. Internals of audit_report.h.
#pragma once

#include "core/report/audit_report.h"

namespace keyhole {

// Of a part by its key, see auditParts(): its sentence first, its figures, its numbers.
std::vector<ReportBlock> partBlocks(const std::string& key, const Audit& audit);

// Onto the end of `blocks`; nothing of what is empty.
void addText(std::vector<ReportBlock>& blocks, const std::string& text);
void addList(std::vector<ReportBlock>& blocks, const std::vector<std::string>& lines);
void addTable(std::vector<ReportBlock>& blocks, std::vector<std::string> head,
              std::vector<std::vector<std::string>> rows);

}  // namespace keyhole
