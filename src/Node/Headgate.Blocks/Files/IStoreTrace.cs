namespace Headgate.Blocks;

/// <summary>
/// Hears of every change that a store makes to its folder, in order: enough to work out what a loss of power at any moment
/// may leave on the medium. Tests only; calls come from several threads.
/// </summary>
internal interface IStoreTrace
{
    /// <summary>A file was opened or made; the answer stands for it from then on, whatever its name becomes.</summary>
    object Opened(string path);

    /// <summary>Written; on the medium already when <paramref name="durable"/>.</summary>
    void Wrote(object file, long offset, ReadOnlySpan<byte> bytes, bool durable);

    /// <summary>A hole was made.</summary>
    void Punched(object file, long offset, long length);

    /// <summary>The length was set.</summary>
    void Resized(object file, long length);

    /// <summary>All of the target is now what the source is.</summary>
    void Cloned(object source, object target);

    /// <summary>A sync begins: what it promises is what was written before now.</summary>
    void Syncing(object file);

    /// <summary>A sync has ended well.</summary>
    void Synced(object file);

    /// <summary>A file has another name.</summary>
    void Renamed(string from, string to);

    /// <summary>A name is gone.</summary>
    void Removed(string path);

    /// <summary>The names in the folder are on the medium.</summary>
    void FolderSynced();
}
