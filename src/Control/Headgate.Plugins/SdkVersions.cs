using System.Diagnostics.CodeAnalysis;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>
/// Which plug-ins this server's SDK honours. Semantic versions: a patch changes no contract; a minor adds to it (before 1.0 it may
/// change it); a major changes it. So: the same major, and from 1.0 on a minor no newer than the server's, before 1.0 the same minor.
/// </summary>
internal static class SdkVersions
{
    public static readonly string SdkName = typeof(IPrimaryDataStoreProvider).Assembly.GetName().Name!;

    /// <summary>The SDK of this server.</summary>
    public static readonly Version Host = typeof(IPrimaryDataStoreProvider).Assembly.GetName().Version!;

    public static string Text(Version version) => $"{version.Major}.{version.Minor}.{Math.Max(0, version.Build)}";

    /// <summary>Reads <c>1.2</c>, <c>1.2.3</c> and <c>1.2.3-beta.1</c>, whose last part changes nothing here.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Version? version) =>
        Version.TryParse(text.Split('-', '+')[0], out version);

    /// <summary>Null when a plug-in built against <paramref name="built"/> may run on <paramref name="host"/>.</summary>
    public static Fault? Problem(string folder, Version built, Version host)
    {
        var isNewer = (built.Major, built.Minor).CompareTo((host.Major, host.Minor)) > 0;
        if (isNewer) return PluginFaults.SdkNewer(folder, built, host);
        var isSameLine = built.Major == host.Major && (host.Major > 0 || built.Minor == host.Minor);
        return isSameLine ? null : PluginFaults.SdkOlder(folder, built, host);
    }

    /// <summary>The SDK that an assembly refers to, from its metadata, without loading it; null when it refers to none.</summary>
    /// <exception cref="BadImageFormatException">It is no .NET assembly.</exception>
    public static Version? ReferencedBy(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        if (!image.HasMetadata) throw new BadImageFormatException();
        var metadata = image.GetMetadataReader();
        foreach (var handle in metadata.AssemblyReferences)
        {
            var reference = metadata.GetAssemblyReference(handle);
            if (metadata.GetString(reference.Name) == SdkName) return reference.Version;
        }
        return null;
    }
}
