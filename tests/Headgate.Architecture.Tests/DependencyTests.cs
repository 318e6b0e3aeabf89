using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Headgate.Architecture.Tests;

/// <summary>The dependency rules of ARCHITECTURE.md, read from the project files and from what the compiler made of them.</summary>
public sealed class DependencyTests
{
    /// <summary>Everything of ours that a project may reference, directly or not. A project that is not here is a new rule to write.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Headgate.Primitives"] = [],
        ["Headgate.Secrets"] = ["Primitives"],
        ["Headgate.Storage.Sdk"] = ["Primitives"],
        ["Headgate.Storage.Filters"] = ["Primitives", "Storage.Sdk"],
        ["Headgate.Storage.Conformance"] = ["Primitives", "Storage.Sdk", "Storage.Filters"],
        ["Headgate.Domain"] = ["Primitives"],
        ["Headgate.Placement"] = ["Primitives", "Domain", "Storage.Sdk"],
        ["Headgate.Persistence"] = ["Primitives", "Domain"],
        ["Headgate.Plugins"] = ["Primitives", "Storage.Sdk"],
        ["Headgate.DataMover"] = ["Primitives", "Storage.Sdk", "Initiator"],
        ["Headgate.DiskImages"] = ["Primitives", "Domain"],
        ["Headgate.Operations"] = ["Primitives", "Domain", "DiskImages", "DataMover", "Initiator", "Persistence", "Plugins", "Secrets", "Storage.Sdk"],
        ["Headgate.Control"] = ["Primitives", "Domain", "DiskImages", "DataMover", "Placement", "Operations", "Persistence", "Plugins", "Secrets", "Storage.Sdk"],
        ["Headgate.Element"] = ["Primitives"],
        ["Headgate.Iscsi"] = ["Primitives"],
        ["Headgate.Scsi"] = ["Primitives"],
        ["Headgate.Qos"] = ["Primitives"],
        ["Headgate.Blocks"] = ["Primitives"],
        ["Headgate.Node"] = ["Primitives", "Iscsi", "Scsi", "Qos", "Blocks", "Element", "Secrets"],
        ["Headgate.Drivers.Ceph"] = ["Primitives", "Storage.Sdk"],
        ["Headgate.Drivers.SolidFire"] = ["Primitives", "Storage.Sdk", "Element"],
        ["Headgate.Drivers.SolidFireShared"] = ["Primitives", "Storage.Sdk", "Element", "Drivers.SolidFire", "Drivers.SharedPool"],
        ["Headgate.Drivers.SharedPool"] = ["Primitives", "Storage.Sdk"],
        ["Headgate.Drivers.Reference"] = ["Primitives", "Storage.Sdk"],
        ["Headgate.Hosts.Contract"] = ["Primitives"],
        ["Headgate.Api.Contract"] = ["Primitives"],
        ["Headgate.Api"] = ["Primitives", "Api.Contract", "Control", "Domain", "DiskImages", "Placement", "Operations", "Persistence", "Plugins", "Secrets", "Storage.Sdk"],
        ["Headgate.Initiator"] = [],
        ["Headgate.Cli"] = ["Primitives", "Api.Contract"],
    };

    /// <summary>Composition roots: they reference what they like and nothing references them.</summary>
    private static readonly string[] Apps = ["Headgate.Server"];

    public static TheoryData<string> Assemblies => [.. Repository.Sources.Select(project => project.Name).Except(Apps)];

    public static TheoryData<string> Libraries => [.. Repository.Sources.Select(project => project.Name).Except(Apps)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_project_references_only_what_its_layer_may(string name)
    {
        Assert.True(MayReference.TryGetValue(name, out var allowed), $"{name} is new: say in {nameof(MayReference)} and in ARCHITECTURE.md what it may reference.");
        var project = Repository.Sources.Single(source => source.Name == name);

        Assert.Empty(project.References.Except(allowed.Select(part => "Headgate." + part)));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_references_only_what_its_layer_may(string name)
    {
        var allowed = MayReference.GetValueOrDefault(name, []).Select(part => "Headgate." + part);

        var ours = ReferencedBy(name).Where(reference => reference.StartsWith("Headgate", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(ours.Except(allowed));
    }

    [Fact]
    public void Nothing_in_src_references_a_composition_root() =>
        Assert.DoesNotContain(Repository.Sources, project => project.References.Intersect(Apps).Any());

    [Fact]
    public void Only_the_composition_root_names_a_driver()
    {
        // A driver that is made of two others is theirs to name, through the SDK's contract only.
        var named = Repository.Sources.Where(project => project.Name != "Headgate.Drivers.SolidFireShared" && project.References.Any(reference => reference.StartsWith("Headgate.Drivers.", StringComparison.Ordinal)));

        Assert.Equal(Apps, named.Select(project => project.Name));
    }

    [Fact]
    public void The_sdk_has_no_package_but_the_framework() =>
        Assert.Empty(Repository.Sources.Single(project => project.Name == "Headgate.Storage.Sdk").Packages);

    [Theory]
    [InlineData("Headgate.Cli", "Microsoft.AspNetCore")]
    [InlineData("Headgate.Api.Contract", "Microsoft.AspNetCore")]
    [InlineData("Headgate.Domain", "Microsoft.EntityFrameworkCore")]
    [InlineData("Headgate.Storage.Sdk", "Microsoft")]
    public void An_assembly_stays_free_of_a_framework_that_is_not_its_business(string name, string framework) =>
        Assert.DoesNotContain(ReferencedBy(name), reference => reference.StartsWith(framework, StringComparison.Ordinal));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = XDocument.Load(Path.Combine(Repository.Root, "Headgate.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value);
        var there = Repository.Sources.Concat(Repository.Tests).Select(project => Repository.Relative(project.File));

        Assert.Equal(there.Order(), listed.Where(path => path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("tests/", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Every_project_has_its_lock_file_and_no_version_of_its_own()
    {
        foreach (var project in Repository.Sources.Concat(Repository.Tests))
        {
            Assert.True(File.Exists(Path.Combine(project.Folder, "packages.lock.json")), $"{project.Name} has no packages.lock.json");
            Assert.DoesNotContain(project.Xml.Descendants("PackageReference"), package => package.Attribute("Version") is not null);
        }
    }

    /// <summary>Names of the assemblies that the compiled assembly refers to.</summary>
    internal static IReadOnlyList<string> ReferencedBy(string assembly)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var file = new PEReader(stream);
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
