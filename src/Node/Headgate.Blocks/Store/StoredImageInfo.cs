namespace Headgate.Blocks;

/// <summary>What a file of the store is.</summary>
public enum StoredKind
{
    /// <summary>A volume: read and written.</summary>
    Volume,

    /// <summary>A snapshot: never changes.</summary>
    Snapshot,
}

/// <summary>One volume or snapshot in the store.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">The volumeID or snapshotID that it was made with.</param>
/// <param name="LengthBytes">Its size as the client sees it.</param>
/// <param name="UsedBytes">Bytes of the file system that it occupies; shared extents (reflinks) count in each.</param>
/// <param name="CopyPendingBytes">What a background copy still has to bring in (it can be used all the same); null: it is whole.</param>
public sealed record StoredImageInfo(StoredKind Kind, long Id, long LengthBytes, long UsedBytes, long? CopyPendingBytes)
{
    /// <summary>Whether a background copy still fills it.</summary>
    public bool CopyPending => CopyPendingBytes is not null;
}
