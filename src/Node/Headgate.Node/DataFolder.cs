namespace Headgate.Node;

/// <summary>The data folder of a node, held by one process at a time.</summary>
/// <remarks>
/// <code>
/// node.lock          held while a node runs on the folder
/// node.db            catalog (SQLite; -wal and -shm beside it while the node runs)
/// keys/node.key      opens the secrets in the catalog
/// keys/element.pem   certificate and private key of the Element API
/// volumes/           the volume store
/// </code>
/// </remarks>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string root, FileStream held) => (Root, _lock) = (root, held);

    public string Root { get; }

    public string Database => Path.Combine(Root, "node.db");

    public string Keys => Path.Combine(Root, "keys");

    public string Volumes => Path.Combine(Root, "volumes");

    /// <exception cref="StorageNodeException">Another process holds it, or it cannot be made or written.</exception>
    public static DataFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(root);
            Directory.CreateDirectory(
                Path.Combine(root, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageNodeException(
                "data-folder-unusable", $"The data folder {root} cannot be made or written: {problem.Message}", problem);
        }
        return new DataFolder(root, Hold(root));
    }

    /// <summary>Lets another process have it.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>FileShare.None is an flock on Linux: it ends with the process, however that ends.</summary>
    private static FileStream Hold(string root)
    {
        var path = Path.Combine(root, "node.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem)
        {
            throw new StorageNodeException(
                "data-folder-in-use",
                $"The data folder {root} is in use by another storage node. Stop that one first, or give another folder.", problem);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new StorageNodeException(
                "data-folder-unusable", $"The data folder {root} belongs to another user: {problem.Message}", problem);
        }
    }
}
