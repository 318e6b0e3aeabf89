using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Headgate.Qos.Tests.Mutants;

/// <summary>
/// Compiles the scheduler's own source with one line changed, loads it beside a second copy of these tests, and runs one
/// of them against it. So production code has no hook for being broken, and a mutant is of the code as it is today.
/// </summary>
internal sealed class MutantLab : AssemblyLoadContext
{
    private const string Scheduler = "Headgate.Qos";

    // What the SDK adds to each project.
    private const string Common = """
        global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Headgate.Qos.Tests")]
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);
    private static readonly Assembly Tests = typeof(MutantLab).Assembly;

    private static readonly IReadOnlyList<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => Path.GetFileNameWithoutExtension(path) != Scheduler)
            .Select(path => MetadataReference.CreateFromFile(path))];

    private readonly byte[] _scheduler;

    private MutantLab(byte[] scheduler) : base("mutant", isCollectible: true) => _scheduler = scheduler;

    /// <summary>Runs a test against a mutant; null for the scheduler as it is. Returns why the test failed, or null.</summary>
    public static Exception? Run(Mutant? mutant, string test, params object[] arguments)
    {
        var lab = new MutantLab(Compile(mutant));
        try
        {
            var at = test.IndexOf('.', StringComparison.Ordinal);
            var type = lab.LoadFromAssemblyName(Tests.GetName()).GetType($"Headgate.Qos.Tests.{test[..at]}", throwOnError: true)!;
            var method = type.GetMethod(test[(at + 1)..]) ?? throw new InvalidOperationException($"There is no test {test}.");
            method.Invoke(Activator.CreateInstance(type), arguments);
            return null;
        }
        catch (TargetInvocationException failed)
        {
            return failed.InnerException;
        }
        finally
        {
            lab.Unload();
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Scheduler) return LoadFromStream(new MemoryStream(_scheduler));
        return assemblyName.Name == Tests.GetName().Name ? LoadFromAssemblyPath(Tests.Location) : null;
    }

    private static byte[] Compile(Mutant? mutant)
    {
        var trees = new List<SyntaxTree> { CSharpSyntaxTree.ParseText(Common, Language) };
        foreach (var name in Tests.GetManifestResourceNames().Where(name => name.EndsWith(".cs", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(Tests.GetManifestResourceStream(name)!);
            var source = reader.ReadToEnd();
            trees.Add(CSharpSyntaxTree.ParseText(name == mutant?.File ? mutant.Break(source) : source, Language));
        }
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
        var made = new MemoryStream();
        var result = CSharpCompilation.Create(Scheduler, trees, References, options).Emit(made);
        if (!result.Success) throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        return made.ToArray();
    }
}
