// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/dialect.h"

#include "common/protocol/jsonreader.h"

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype MostDependencies = 64;
constexpr qsizetype LongestError = 500;

QString text(const JsonReader &reader, QLatin1StringView key)
{
    const QJsonValue value = reader.value(key);
    return value.isObject() || value.isArray() ? QString() : value.toVariant().toString().left(LongestError);
}

void add(HealthReport &report, const QString &name, DependencyStatus status, const QString &error,
         const QVariantMap &details = {})
{
    if (report.dependencies.size() >= MostDependencies)
        return;
    DependencyReport dependency;
    dependency.name = name.left(200);
    dependency.status = status;
    dependency.error = status == DependencyStatus::Error ? error : QString();
    dependency.details = details;
    report.dependencies << dependency;
}

/// Not well, and no part of it says why.
void blame(HealthReport &report, const QString &why)
{
    for (const DependencyReport &dependency : std::as_const(report.dependencies)) {
        if (dependency.status == DependencyStatus::Error)
            return;
    }
    add(report, u"service"_s, DependencyStatus::Error, why);
}

// ---- Spring Boot Actuator: status, components (details before Boot 2.2), each with status and details ----------

bool isActuator(const QString &status)
{
    return status == "UP"_L1 || status == "DOWN"_L1 || status == "OUT_OF_SERVICE"_L1 || status == "UNKNOWN"_L1;
}

DependencyStatus actuatorStatus(const QString &status)
{
    return status == "UP"_L1     ? DependencyStatus::Working
        : status == "UNKNOWN"_L1 ? DependencyStatus::NotUsed
                                 : DependencyStatus::Error;
}

HealthReport readActuator(const JsonReader &root, const QString &status)
{
    HealthReport report;
    root.object(root.has("components"_L1) ? "components"_L1 : "details"_L1)
        .eachField([&report](const QString &name, const JsonReader &component) {
            QString word;
            component.text("status"_L1, word);
            const JsonReader details = component.object("details"_L1);
            const QString error = text(details, "error"_L1);
            add(report, name, actuatorStatus(word), error.isEmpty() ? word : error, details.fields().toVariantMap());
        });
    if (actuatorStatus(status) == DependencyStatus::Error)
        blame(report, u"says %1"_s.arg(status));
    return report;
}

// ---- health+json: status pass, warn or fail; checks: name → list of measurements -------------------------------

bool isHealthJson(const QString &status) { return status == "pass"_L1 || status == "warn"_L1 || status == "fail"_L1; }

/// One measurement of the check `name`.
void addCheck(HealthReport &report, const QString &name, const JsonReader &check)
{
    QString status;
    check.text("status"_L1, status);
    status = status.toLower();
    const bool fails = status == "fail"_L1 || status == "error"_L1 || status == "down"_L1;
    const QString output = text(check, "output"_L1);
    QVariantMap details;
    if (check.has("observedValue"_L1))
        details[u"observed"_s] = (text(check, "observedValue"_L1) + u' ' + text(check, "observedUnit"_L1)).trimmed();
    add(report, name, fails ? DependencyStatus::Error : DependencyStatus::Working, output.isEmpty() ? status : output,
        details);
}

HealthReport readHealthJson(const JsonReader &root, const QString &status)
{
    HealthReport report;
    report.version = text(root, "releaseId"_L1);
    if (report.version.isEmpty())
        report.version = text(root, "version"_L1);
    report.service = text(root, "serviceId"_L1);
    const JsonReader checks = root.object("checks"_L1);
    for (auto it = checks.fields().begin(); it != checks.fields().end(); ++it) {
        const QJsonArray several = it->isArray() ? it->toArray() : QJsonArray{*it};
        checks.eachObject(several, it.key(), [&](const JsonReader &check) {
            const QString component = text(check, "componentId"_L1);
            const bool isNamed = several.size() > 1 && !component.isEmpty();
            addCheck(report, isNamed ? it.key() + u' ' + component.left(60) : it.key(), check);
        });
    }
    if (status == "fail"_L1) {
        const QString output = text(root, "output"_L1);
        blame(report, output.isEmpty() ? u"says fail"_s : output);
    }
    return report;
}

// ---- plain: a word ------------------------------------------------------------------------------------------

bool isWell(const QString &status)
{
    return QStringList{u"healthy"_s, u"ok"_s, u"up"_s, u"alive"_s, u"running"_s}.contains(status);
}

bool isIll(const QString &status)
{
    return QStringList{u"unhealthy"_s, u"degraded"_s, u"error"_s, u"failing"_s, u"down"_s}.contains(status);
}

HealthReport readPlain(const JsonReader &root, const QString &status)
{
    HealthReport report;
    report.version = text(root, "version"_L1);
    report.service = text(root, "service"_L1);
    if (status == "shutting_down"_L1)
        report.status = ServiceStatus::ShuttingDown;
    if (isIll(status))
        blame(report, u"says %1"_s.arg(status));
    return report;
}

} // namespace

QString nameOf(Dialect dialect)
{
    switch (dialect) {
    case Dialect::Hephaestus: return u"Hephaestus"_s;
    case Dialect::Actuator: return u"Spring Boot Actuator"_s;
    case Dialect::HealthJson: return u"health+json"_s;
    case Dialect::Minio: return u"MinIO"_s;
    case Dialect::Plain: return u"plain /health"_s;
    case Dialect::Reachable: return u"HTTP"_s;
    }
    Q_UNREACHABLE();
}

Result<ForeignReport> decodeForeign(QByteArrayView json)
{
    const JsonReader root = JsonReader::lenient(json);
    QString status;
    root.text("status"_L1, status);
    if (isActuator(status))
        return ForeignReport{Dialect::Actuator, readActuator(root, status)};
    if (isHealthJson(status))
        return ForeignReport{Dialect::HealthJson, readHealthJson(root, status)};
    if (const QString word = status.toLower(); isWell(word) || isIll(word) || word == "shutting_down"_L1)
        return ForeignReport{Dialect::Plain, readPlain(root, word)};
    return Problem{u"status"_s, u"expected UP, pass, healthy or the like, found \"%1\""_s.arg(status.left(40))};
}

} // namespace Hephaestus
