namespace Headgate.Cli.Output;

/// <summary>How results are printed.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for people.</summary>
    Table,

    /// <summary>The API's own object; a list is an array.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,
}
