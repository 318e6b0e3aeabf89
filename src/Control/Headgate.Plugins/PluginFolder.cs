using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Headgate.Primitives;

namespace Headgate.Plugins;

/// <summary>A plug-in's folder as an admin fills it: what is in it now, and a copy of it to load from.</summary>
internal sealed class PluginFolder(string path)
{
    /// <summary>A driver with a client library has some dozens of files; ten thousand are somebody's home folder by mistake.</summary>
    internal const int MostFiles = 10_000;

    /// <summary>Native client libraries run to tens of megabytes; what is beyond this is not a driver.</summary>
    internal const long MostBytes = 1L << 30;

    /// <summary>Folders below one another; a published build has four (runtimes/linux-x64/native).</summary>
    private const int MostDepth = 16;

    public string Name { get; } = System.IO.Path.GetFileName(path);

    public string Path => path;

    /// <summary>
    /// Names, sizes and times of all files, as one word: two looks that agree say that nobody is copying any more, and a
    /// look that differs from the one at loading says that there is something new.
    /// </summary>
    public Outcome<string> Fingerprint()
    {
        try
        {
            var files = Files();
            if (files.Count > MostFiles) return PluginFaults.TooLarge(Name, $"more than {MostFiles} files");
            if (files.Sum(file => file.Length) is > MostBytes and var bytes) return PluginFaults.TooLarge(Name, $"{bytes} bytes, more than {MostBytes}");
            var text = new StringBuilder();
            foreach (var file in files)
                text.Append(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length} {file.LastWriteTimeUtc.Ticks}\n");
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return PluginFaults.Unreadable(Name, unreadable.Message);
        }
    }

    /// <summary>Null unless anybody could put a plug-in of their own beside this one.</summary>
    public Fault? OthersBeside() =>
        new DirectoryInfo(path).Parent is { Exists: true } root && root.UnixFileMode.HasFlag(UnixFileMode.OtherWrite) ? PluginFaults.WritableByOthers(root.FullName) : null;

    /// <summary>Null unless somebody else than the owner and the group could put code here.</summary>
    public Fault? WritableByOthers()
    {
        try
        {
            foreach (var entry in Files().Cast<FileSystemInfo>().Append(new DirectoryInfo(path)))
            {
                var target = entry.ResolveLinkTarget(returnFinalTarget: true) ?? entry; // a link's own mode says nothing
                if (target.UnixFileMode.HasFlag(UnixFileMode.OtherWrite)) return PluginFaults.WritableByOthers(entry.FullName);
            }
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return PluginFaults.Unreadable(Name, unreadable.Message);
        }
    }

    /// <summary>
    /// Copies the folder. Assemblies are mapped into memory, and a file that is overwritten under its map kills the process
    /// with SIGBUS; so nothing is ever loaded from where admins copy to.
    /// </summary>
    public Outcome<string> CopyTo(string target)
    {
        try
        {
            foreach (var file in Files())
            {
                var copy = System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(path, file.FullName));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
                File.Copy(file.FullName, copy);
            }
            return target;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return PluginFaults.Unreadable(Name, unreadable.Message);
        }
    }

    /// <summary>All files, by name; at most one more than allowed. Folders that are links are not entered: they may lead in circles.</summary>
    private List<FileInfo> Files()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MostDepth, AttributesToSkip = 0, IgnoreInaccessible = false };
        var found = new System.IO.Enumeration.FileSystemEnumerable<FileInfo>(
            path, static (ref System.IO.Enumeration.FileSystemEntry entry) => (FileInfo)entry.ToFileSystemInfo(), options)
        {
            ShouldIncludePredicate = static (ref System.IO.Enumeration.FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = static (ref System.IO.Enumeration.FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        return [.. found.Take(MostFiles + 1).OrderBy(file => file.FullName, StringComparer.Ordinal)];
    }
}
