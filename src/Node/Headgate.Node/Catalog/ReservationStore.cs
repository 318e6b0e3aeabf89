using Headgate.Scsi.Reservations;
using Microsoft.Data.Sqlite;

namespace Headgate.Node.Catalog;

/// <summary>Persistent reservations of a volume that outlive a power loss (APTPL); the id is the volume's.</summary>
internal sealed record VolumeReservations
{
    public required long Id { get; init; }
    public required KeptReservations Kept { get; init; }
}

/// <summary>Keeps one volume's reservations in the catalog.</summary>
internal sealed class ReservationStore(NodeCatalog catalog, long volumeId) : IReservationStore
{
    /// <inheritdoc/>
    public KeptReservations? Load() => catalog.Current.Reservations.GetValueOrDefault(volumeId)?.Kept;

    /// <inheritdoc/>
    public bool Save(KeptReservations? kept)
    {
        try
        {
            catalog.Change(edit =>
            {
                var present = edit.State.Reservations.GetValueOrDefault(volumeId);
                if (kept is not null && edit.State.Volumes.ContainsKey(volumeId)) edit.Put(new VolumeReservations { Id = volumeId, Kept = kept });
                else if (present is not null) edit.Remove(present);
            });
            return true;
        }
        catch (SqliteException)
        {
            return false; // the initiator is told that the parameters are not kept
        }
    }
}
