namespace Headgate.Cli.Tests;

/// <summary>Objects as the server sends them.</summary>
internal static class Sample
{
    public const string OperationId = "0195d0c0-0000-7000-8000-000000000001";
    public const string VolumeId = "0195d0c0-0000-7000-8000-000000000002";

    public static string Page(params string[] items) => $$"""{"items":[{{string.Join(',', items)}}],"nextCursor":null}""";

    public static string Zone(string name) => $$"""{"id":"0195d0c0-0000-7000-8000-00000000000a","name":"{{name}}","createdAt":"2026-01-02T03:04:05Z"}""";

    public static string Operation(string status, string problem = "null") => $$"""
        {"id":"{{OperationId}}","kind":"volume.create","subjectType":"volume","subjectId":"{{VolumeId}}","status":"{{status}}",
         "steps":[{"name":"place","status":"done","attempts":1,"note":null},{"name":"create","status":"{{(status == "succeeded" ? "done" : "running")}}","attempts":1,"note":null}],
         "problem":{{problem}},"createdAt":"2026-01-02T03:04:05Z","endedAt":null}
        """;

    public static string Volume(string name, long? min = 200, long? max = 1000, long? burst = 1000) => $$"""
        {"id":"{{VolumeId}}","name":"{{name}}","account":"acme","state":"ready","type":"DATADISK","zone":"z1","pool":"san1","diskOffering":"gold",
         "sizeBytes":10737418240,"promises":[{{Promise("minIops", min)}},{{Promise("maxIops", max)}},{{Promise("burstIops", burst)}}],
         "initiators":["iqn.2026-01.org.example:a"],"handle":"7","createdAt":"2026-01-02T03:04:05Z","memberOfALaterVersion":"kept"}
        """;

    public static string Promise(string name, long? value)
    {
        var number = value?.ToString() ?? "null";
        return $$"""{"promise":"{{name}}","requested":{{number}},"required":true,"granted":{{number}},"enforcedBy":"storage","applied":{{number}}}""";
    }
}
