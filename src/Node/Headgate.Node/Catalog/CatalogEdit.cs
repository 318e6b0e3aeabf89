using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Headgate.Node.Catalog;

/// <summary>One row to write (<paramref name="Document"/>) or to delete (null).</summary>
internal readonly record struct RowChange(CatalogTable Table, long Id, string? Document);

/// <summary>
/// A change in the making: the state as it will be, and the rows that say so. Nothing happens until
/// <see cref="NodeCatalog"/> commits it; a refusal thrown half-way leaves no trace.
/// </summary>
internal sealed class CatalogEdit(CatalogState state, CatalogSeals seals, CatalogIds ids, DateTimeOffset now)
{
    private readonly List<RowChange> _rows = [];

    /// <summary>The state with what was changed so far.</summary>
    public CatalogState State { get; private set; } = state;

    /// <summary>The moment of the change.</summary>
    public DateTimeOffset Now { get; } = now;

    public IReadOnlyList<RowChange> Rows => _rows;

    /// <summary>The singletons that changed.</summary>
    public ClusterIdentity? NewIdentity { get; private set; }

    public QosValues? NewDefaultQos { get; private set; }

    /// <summary>A new id; it will not be given again, whether or not the change is committed.</summary>
    public long NextId(CatalogTable table) => ids.Next(table);

    public void Put(Account account)
    {
        Write(CatalogTable.Accounts, account.Id, seals.Seal(account), CatalogJson.Default.Account);
        State = State.Put(account);
    }

    public void Put(Initiator initiator)
    {
        Write(CatalogTable.Initiators, initiator.Id, seals.Seal(initiator), CatalogJson.Default.Initiator);
        State = State.Put(initiator);
    }

    public void Put(Volume volume)
    {
        Write(CatalogTable.Volumes, volume.Id, volume, CatalogJson.Default.Volume);
        State = State.Put(volume);
    }

    public void Put(Snapshot snapshot)
    {
        Write(CatalogTable.Snapshots, snapshot.Id, snapshot, CatalogJson.Default.Snapshot);
        State = State.Put(snapshot);
    }

    public void Put(GroupSnapshot group)
    {
        Write(CatalogTable.GroupSnapshots, group.Id, group, CatalogJson.Default.GroupSnapshot);
        State = State.Put(group);
    }

    public void Put(AccessGroup group)
    {
        Write(CatalogTable.Groups, group.Id, group, CatalogJson.Default.AccessGroup);
        State = State.Put(group);
    }

    public void Put(QosPolicy policy)
    {
        Write(CatalogTable.Policies, policy.Id, policy, CatalogJson.Default.QosPolicy);
        State = State.Put(policy);
    }

    public void Put(AsyncResult result)
    {
        Write(CatalogTable.AsyncResults, result.Id, result, CatalogJson.Default.AsyncResult);
        State = State.Put(result);
    }

    public void Put(VolumeReservations kept)
    {
        Write(CatalogTable.Reservations, kept.Id, kept, CatalogJson.Default.VolumeReservations);
        State = State.Put(kept);
    }

    public void Remove(Account account) => Erase(CatalogTable.Accounts, account.Id, State.Remove(account));

    public void Remove(Initiator initiator) => Erase(CatalogTable.Initiators, initiator.Id, State.Remove(initiator));

    public void Remove(Volume volume) => Erase(CatalogTable.Volumes, volume.Id, State.Remove(volume));

    public void Remove(Snapshot snapshot) => Erase(CatalogTable.Snapshots, snapshot.Id, State.Remove(snapshot));

    public void Remove(GroupSnapshot group) => Erase(CatalogTable.GroupSnapshots, group.Id, State.Remove(group));

    public void Remove(AccessGroup group) => Erase(CatalogTable.Groups, group.Id, State.Remove(group));

    public void Remove(QosPolicy policy) => Erase(CatalogTable.Policies, policy.Id, State.Remove(policy));

    public void Remove(AsyncResult result) => Erase(CatalogTable.AsyncResults, result.Id, State.Remove(result));

    public void Remove(VolumeReservations kept) => Erase(CatalogTable.Reservations, kept.Id, State.Remove(kept));

    public void SetDefaultQos(QosValues qos)
    {
        NewDefaultQos = qos;
        State = State with { DefaultQos = qos };
    }

    public void SetIdentity(ClusterIdentity identity)
    {
        NewIdentity = seals.Seal(identity);
        State = State with { Identity = identity };
    }

    private void Write<T>(CatalogTable table, long id, T row, JsonTypeInfo<T> type) =>
        _rows.Add(new RowChange(table, id, JsonSerializer.Serialize(row, type)));

    private void Erase(CatalogTable table, long id, CatalogState without)
    {
        _rows.Add(new RowChange(table, id, null));
        State = without;
    }
}
