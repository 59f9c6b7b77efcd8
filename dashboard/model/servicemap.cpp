// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicemap.h"

#include "dashboard/model/alertcause.h"
#include "dashboard/model/displaytext.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>
#include <map>
#include <numeric>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct MapText
{
    Q_DECLARE_TR_FUNCTIONS(ServiceMap)
};

QString detailOf(const DependencyReport &dependency, const QString &name)
{
    return visibleText(dependency.details.value(name).toString(), 120);
}

/// Makes the nodes in the order of names, and puts them in place.
class MapMaker
{
public:
    explicit MapMaker(const FleetModel &fleet) : m_fleet(fleet)
    {
        for (int line = 0; line < fleet.rowCount(); ++line)
            m_rows << &fleet.row(line);
        if (m_rows.size() > MostMapped)
            leaveSomeOut();
        std::ranges::sort(m_rows, [](const ServiceRow *one, const ServiceRow *other) {
            return std::tie(one->entry.name, one->entry.url) < std::tie(other->entry.name, other->entry.url);
        });
    }

    ServiceMap make()
    {
        addServices();
        addDependencies();
        findSplits();
        dropLonely();
        setLayers();
        setPlaces();
        sortNodes();
        writeSentences();
        return std::move(m_map);
    }

private:
    struct Shared
    {
        QString name;
        QList<int> users;
        QList<int> failsFor;
        int worksFor = 0;
        bool isIdentified = false; ///< else only the name is known
    };

    void leaveSomeOut()
    {
        const qsizetype all = m_rows.size();
        QHash<QString, const ServiceRow *> byName;
        for (const ServiceRow *const row : std::as_const(m_rows))
            byName.insert(row->entry.name, row);
        std::ranges::nth_element(m_rows, m_rows.begin() + MostMapped, {}, [](const ServiceRow *row) {
            return std::tuple(!isTrouble(row->state()), QStringView(row->entry.name), QStringView(row->entry.url));
        });
        m_rows.resize(MostMapped);
        QSet<const ServiceRow *> kept(m_rows.cbegin(), m_rows.cend());
        for (qsizetype each = 0; each < m_rows.size(); ++each) {
            for (const QString &name : m_rows[each]->entry.dependsOn) {
                const ServiceRow *const needed = byName.value(name);
                if (needed && !kept.contains(needed))
                    m_rows << *kept.insert(needed);
            }
        }
        m_map.leftOut = int(all - m_rows.size());
    }

    void addServices()
    {
        QHash<QString, int> byName;
        for (const ServiceRow *const row : std::as_const(m_rows)) {
            MapNode node;
            node.key = u"service:"_s + row->entry.url;
            node.name = visibleText(row->entry.name, 60);
            node.service = row->id;
            node.state = row->state();
            node.isCurrent = row->isCurrent();
            m_map.unheard += !row->report;
            byName.insert(row->entry.name, int(m_map.nodes.size()));
            m_map.nodes << node;
        }
        for (int user = 0; user < int(m_rows.size()); ++user) {
            for (const QString &name : m_rows[user]->entry.dependsOn) {
                if (const int needed = byName.value(name, -1); needed >= 0)
                    connect(user, needed);
            }
        }
    }

    void connect(int user, int needed)
    {
        if (user == needed || m_map.nodes[user].needs.contains(needed))
            return;
        m_map.nodes[user].needs << needed;
        m_map.nodes[needed].users << user;
    }

    void addDependencies()
    {
        std::map<QString, Shared> shared; // in the order of their keys
        for (int user = 0; user < int(m_rows.size()); ++user) {
            const ServiceRow &row = *m_rows[user];
            for (const DependencyReport &each : row.report ? row.report->dependencies : QList<DependencyReport>()) {
                if (each.status == DependencyStatus::NotUsed)
                    continue;
                const QString id = detailOf(each, u"database_id"_s);
                const QString what = detailOf(each, u"database"_s);
                Shared &node = shared[id.isEmpty() ? u"name:"_s + each.name : u"database:"_s + id];
                if (node.name.isEmpty())
                    node.name =
                        id.isEmpty() ? visibleText(each.name, 60) : u"%1 (%2)"_s.arg(visibleText(each.name, 60), what);
                node.users << user;
                node.isIdentified = !id.isEmpty();
                if (!row.isCurrent()) // what is old says nothing of it now
                    continue;
                if (each.status == DependencyStatus::Error)
                    node.failsFor << user;
                node.worksFor += each.status == DependencyStatus::Working;
            }
        }
        for (const auto &[key, found] : shared) {
            if (found.users.size() < 2)
                continue;
            MapNode node;
            node.key = key;
            node.name = found.name;
            const bool fails = !found.failsFor.isEmpty();
            const bool works = found.worksFor > 0;
            node.state = fails && works && !found.isIdentified ? ServiceState::Unknown
                : fails                                        ? ServiceState::DependencyError
                : works                                        ? ServiceState::Healthy
                                                               : ServiceState::Unknown;
            node.isCurrent = fails || works;
            if (works)
                node.failsFor = found.failsFor;
            node.sentence = wordsOf(found);
            m_map.nodes << node;
            for (const int user : found.users)
                connect(user, int(m_map.nodes.size()) - 1);
        }
    }

    QString wordsOf(const Shared &found) const
    {
        if (found.failsFor.isEmpty())
            return found.worksFor > 0 ? MapText::tr("works") : MapText::tr("not known");
        if (found.worksFor == 0)
            return MapText::tr("fails");
        const QString words =
            MapText::tr("fails for %1, works for %n other(s)", nullptr, found.worksFor).arg(namesOf(found.failsFor));
        return found.isIdentified ? words
                                  : MapText::tr("%1; only its name is known, and it may be more than one").arg(words);
    }

    void findSplits()
    {
        std::map<QStringList, std::map<QString, QList<int>>> files; // who has which file open, by what they mean
        for (int user = 0; user < int(m_rows.size()); ++user) {
            const ServiceRow &row = *m_rows[user];
            for (const DependencyReport &each :
                 row.report &&row.isCurrent() ? row.report->dependencies : QList<DependencyReport>()) {
                const QString id = detailOf(each, u"database_id"_s);
                if (each.status != DependencyStatus::NotUsed && id.startsWith("file:"_L1))
                    files[{row.entry.group, each.name, detailOf(each, u"database"_s), id.section(u':', 1, 1)}][id]
                        << user;
            }
        }
        for (const auto &[meant, opened] : files) {
            if (opened.size() < 2)
                continue;
            QStringList parties;
            for (const auto &[id, users] : opened) {
                QStringList names;
                for (const int user : users) {
                    names << m_map.nodes[user].name;
                    m_map.nodes[user].isSplit = true;
                }
                parties << names.join(u", "_s);
            }
            parties.sort();
            m_map.splits << MapText::tr("%1 (%2) is not one file: one is open in %3.")
                                .arg(visibleText(meant[1], 60), meant[2], parties.join(MapText::tr("; another in ")));
        }
    }

    /// Who depends on nothing, is needed by nobody, and is not split, as far as it is known.
    void dropLonely()
    {
        QList<int> moved(m_map.nodes.size(), -1);
        QList<MapNode> kept;
        for (int i = 0; i < int(m_map.nodes.size()); ++i) {
            const MapNode &node = m_map.nodes[i];
            if (node.needs.isEmpty() && node.users.isEmpty() && !node.isSplit) {
                m_map.others += m_rows[i]->report.has_value(); // dependencies have users: it is a service
                continue;
            }
            moved[i] = int(kept.size());
            kept << node;
        }
        m_map.nodes = std::move(kept);
        renumber(moved);
    }

    void renumber(const QList<int> &moved)
    {
        for (MapNode &node : m_map.nodes) {
            for (QList<int> *const nodes : {&node.needs, &node.users, &node.failsFor}) {
                for (int &each : *nodes)
                    each = moved[each];
                std::ranges::sort(*nodes);
            }
        }
    }

    /// By the longest way down.
    void setLayers()
    {
        findCircles();
        bool isChanged = true;
        while (isChanged) { // without the lines of a circle it comes to an end
            isChanged = false;
            for (int i = 0; i < int(m_map.nodes.size()); ++i) {
                int layer = m_map.nodes[i].layer;
                for (const int needed : std::as_const(m_map.nodes[i].needs)) {
                    if (m_circles[needed] != m_circles[i])
                        layer = std::max(layer, m_map.nodes[needed].layer + 1);
                }
                isChanged |= std::exchange(m_map.nodes[i].layer, layer) != layer;
            }
        }
    }

    /// The strongly connected components (Tarjan), without recursion: a chain may be thousands long.
    void findCircles()
    {
        const auto count = int(m_map.nodes.size());
        m_circles.fill(-1, count);
        QList<int> order(count, -1);
        QList<int> low(count, 0);
        QList<int> stack;
        struct Visit
        {
            int node;
            qsizetype next;
        };
        int clock = 0;
        for (int root = 0; root < count; ++root) {
            if (order[root] >= 0)
                continue;
            std::vector<Visit> path{{root, 0}};
            while (!path.empty()) {
                auto &[node, next] = path.back();
                if (next == 0 && order[node] < 0) {
                    order[node] = low[node] = clock++;
                    stack << node;
                }
                if (next < m_map.nodes[node].needs.size()) {
                    const int needed = m_map.nodes[node].needs[next++];
                    if (order[needed] < 0)
                        path.push_back({needed, 0});
                    else if (m_circles[needed] < 0)
                        low[node] = std::min(low[node], order[needed]);
                    continue;
                }
                if (low[node] == order[node]) {
                    int member = -1;
                    do {
                        member = stack.takeLast();
                        m_circles[member] = node;
                    } while (member != node);
                }
                const int done = node;
                path.pop_back();
                if (!path.empty())
                    low[path.back().node] = std::min(low[path.back().node], low[done]);
            }
        }
    }

    /// Beneath those that use it, so that few lines cross; by name where that does not decide.
    void setPlaces()
    {
        std::map<int, QList<int>> layers;
        for (int i = 0; i < int(m_map.nodes.size()); ++i)
            layers[m_map.nodes[i].layer] << i;
        const auto number = [this](const QList<int> &layer) {
            for (int place = 0; place < int(layer.size()); ++place)
                m_map.nodes[layer[place]].place = place;
        };
        for (auto &[depth, layer] : layers) {
            std::ranges::stable_sort(layer, {}, [this](int each) { return m_map.nodes[each].name; });
            number(layer);
        }
        const auto middle = [this](const QList<int> &others, int place) {
            double sum = 0;
            for (const int other : others)
                sum += m_map.nodes[other].place;
            return others.isEmpty() ? double(place) : sum / double(others.size());
        };
        for (int sweep = 0; sweep < 4; ++sweep) {
            for (auto &[depth, layer] : layers) {
                std::map<int, double> wanted;
                for (const int each : std::as_const(layer)) {
                    const MapNode &node = m_map.nodes[each];
                    wanted[each] = middle(sweep % 2 == 0 ? node.needs : node.users, node.place);
                }
                std::ranges::stable_sort(layer, {}, [&](int each) { return wanted.at(each); });
                number(layer);
            }
        }
    }

    void sortNodes()
    {
        QList<int> order(m_map.nodes.size());
        std::iota(order.begin(), order.end(), 0);
        std::ranges::stable_sort(
            order, {}, [this](int each) { return std::pair(m_map.nodes[each].layer, m_map.nodes[each].place); });
        QList<MapNode> sorted;
        QList<int> circles;
        QList<int> moved(order.size());
        for (int i = 0; i < int(order.size()); ++i) {
            moved[order[i]] = i;
            sorted << m_map.nodes[order[i]];
            circles << m_circles[order[i]];
        }
        m_map.nodes = std::move(sorted);
        m_circles = std::move(circles);
        renumber(moved);
    }

    QString namesOf(const QList<int> &nodes) const
    {
        QStringList names;
        for (const int each : nodes)
            names << m_map.nodes[each].name;
        return names.join(u", "_s);
    }

    bool troubles(int user, int needed) const
    {
        const MapNode &node = m_map.nodes[needed];
        return node.failsFor.isEmpty() ? node.isInTrouble() : node.failsFor.contains(user);
    }

    /// What of that which it needs is in trouble, and needs nothing that is.
    QString causesOf(int node) const
    {
        QSet<int> seen{node};
        QList<int> open{node};
        QStringList causes;
        while (!open.isEmpty()) {
            const int user = open.takeFirst();
            for (const int needed : m_map.nodes[user].needs) {
                if (seen.contains(needed) || !troubles(user, needed))
                    continue;
                seen << needed;
                open << needed;
                const bool isDeeper = std::ranges::any_of(m_map.nodes[needed].needs, [&](int below) {
                    return troubles(needed, below) && m_circles[below] != m_circles[needed];
                });
                if (!isDeeper)
                    causes << m_map.nodes[needed].name;
            }
        }
        causes.sort();
        return causes.join(u", "_s);
    }

    void writeSentences()
    {
        for (int i = 0; i < int(m_map.nodes.size()); ++i) {
            MapNode &node = m_map.nodes[i];
            const QString state =
                node.service == NoService ? node.sentence : visibleText(stateText(*m_fleet.find(node.service)), 80);
            QStringList parts{u"%1: %2"_s.arg(node.name, state)};
            if (const QString causes = node.isInTrouble() ? causesOf(i) : QString(); !causes.isEmpty())
                parts << MapText::tr("because of %1").arg(causes);
            if (!node.needs.isEmpty())
                parts << MapText::tr("needs %1").arg(namesOf(node.needs));
            if (!node.users.isEmpty())
                parts << MapText::tr("needed by %1").arg(namesOf(node.users));
            node.sentence = parts.join(u" · "_s);
        }
    }

    const FleetModel &m_fleet;
    QList<const ServiceRow *> m_rows; ///< by name; the first nodes are theirs
    ServiceMap m_map;
    QList<int> m_circles; ///< of each node, one of its circle; those of one circle have the same
};

} // namespace

bool MapNode::isInTrouble() const { return isTrouble(state); }

ServiceMap mapOf(const FleetModel &fleet) { return MapMaker(fleet).make(); }

} // namespace Hephaestus
