using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Headgate.Architecture.Tests;

/// <summary>Layers that simulation runs in virtual time: no clock, thread, socket, file or chance of their own.</summary>
public sealed class PureLayerTests
{
    private static readonly string[] PureLayers =
        ["Headgate.Primitives", "Headgate.Domain", "Headgate.Placement", "Headgate.Qos", "Headgate.Scsi", "Headgate.Iscsi"];

    /// <summary>Members that bring the outside in, as TYPE or TYPE.MEMBER; wider than BannedSymbols.txt, which names overloads.</summary>
    private static readonly string[] Outside =
    [
        "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer", "System.Threading.PeriodicTimer",
        "System.Threading.Tasks.Task.Run", "System.Threading.Tasks.Task.Delay",
        "System.Net.Sockets.Socket", "System.Net.Sockets.TcpClient", "System.Net.Http.HttpClient",
        "System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.IO.RandomAccess",
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Diagnostics.Stopwatch", "System.Environment.get_TickCount", "System.Environment.get_TickCount64",
        "System.Random.get_Shared", "System.Security.Cryptography.RandomNumberGenerator", "System.Guid.NewGuid", "System.Guid.CreateVersion7",
        "System.Console",
    ];

    public static TheoryData<string> Layers => [.. PureLayers];

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_pure_layer_is_compiled_with_the_banned_symbols(string name)
    {
        Assert.True(Repository.Sources.Single(project => project.Name == name).IsPure, $"{name} lacks <PureLayer>true</PureLayer>");
        Assert.Contains("severity = error", Line(".editorconfig", "RS0030"), StringComparison.Ordinal);
        Assert.Contains("BannedSymbols.txt", File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_pure_layer_calls_nothing_that_brings_the_outside_in(string name) =>
        Assert.DoesNotContain(MembersUsedBy(name), member => Outside.Any(banned => member == banned || member.StartsWith(banned + ".", StringComparison.Ordinal)));

    [Fact]
    public void No_other_project_claims_to_be_pure_without_being_listed() =>
        Assert.Empty(Repository.Sources.Where(project => project.IsPure).Select(project => project.Name).Except(PureLayers));

    private static string Line(string file, string contains) =>
        File.ReadLines(Path.Combine(Repository.Root, file)).First(line => line.Contains(contains, StringComparison.Ordinal));

    private static HashSet<string> MembersUsedBy(string assembly)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var file = new PEReader(stream);
        var metadata = file.GetMetadataReader();
        var used = new HashSet<string>();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference) continue;
            var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            used.Add($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}");
        }
        return used;
    }
}
