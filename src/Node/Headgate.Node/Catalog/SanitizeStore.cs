using Headgate.Scsi.Sanitizing;
using Microsoft.Data.Sqlite;

namespace Headgate.Node.Catalog;

/// <summary>Keeps one volume's sanitize operation in its catalog row.</summary>
internal sealed class SanitizeStore(NodeCatalog catalog, long volumeId) : ISanitizeStore
{
    /// <inheritdoc/>
    public KeptSanitize? Load() => catalog.Current.Volumes.GetValueOrDefault(volumeId)?.Sanitize;

    /// <inheritdoc/>
    public bool Save(KeptSanitize? kept)
    {
        try
        {
            catalog.Change(edit =>
            {
                if (edit.State.Volumes.TryGetValue(volumeId, out var volume)) edit.Put(volume with { Sanitize = kept });
            });
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }
}
