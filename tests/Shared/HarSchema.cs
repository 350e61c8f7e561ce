using System.Text.Json;
using System.Text.RegularExpressions;

namespace Usher.Tests;

/// <summary>
/// HAR 1.2 as a table (http://www.softwareishard.com/blog/har-12-spec/), strictly: every field that it wants is there, is of its type and in its range, and a field that it doesn't know begins with an underscore. <c>sameSite</c> and <c>pageref</c>'s page are
/// what browsers' archives have besides.
/// </summary>
internal static partial class HarSchema
{
    // Type, then field: text, time (ISO 8601), number (0 or more), known (0 or more, or -1), whole (an integer, -1 or more), bool, an object's name, or one in brackets for a list. A question mark: may be left out.
    private static readonly Dictionary<string, string> Types = new()
    {
        ["har"] = "log:log",
        ["log"] = "version:text creator:creator browser:creator? pages:[page]? entries:[entry] comment:text?",
        ["creator"] = "name:text version:text comment:text?",
        ["page"] = "startedDateTime:time id:text title:text pageTimings:pageTimings comment:text?",
        ["pageTimings"] = "onContentLoad:known? onLoad:known? comment:text?",
        ["entry"] = "pageref:text? startedDateTime:time time:number request:request response:response cache:cache timings:timings serverIPAddress:address? connection:text? comment:text?",
        ["request"] = "method:text url:url httpVersion:text cookies:[cookie] headers:[pair] queryString:[pair] postData:postData? headersSize:whole bodySize:whole comment:text?",
        ["response"] = "status:whole statusText:text httpVersion:text cookies:[cookie] headers:[pair] content:content redirectURL:text headersSize:whole bodySize:whole comment:text?",
        ["cookie"] = "name:text value:text path:text? domain:text? expires:time? httpOnly:bool? secure:bool? sameSite:text? comment:text?",
        ["pair"] = "name:text value:text comment:text?",
        ["postData"] = "mimeType:text params:[pair]? text:text? comment:text?",
        ["content"] = "size:whole compression:whole? mimeType:text text:text? encoding:text? comment:text?",
        ["cache"] = "comment:text?",
        ["timings"] = "blocked:known? dns:known? connect:known? send:number wait:number receive:number ssl:known? comment:text?",
    };

    /// <summary>Checks an archive, and gives its entries.</summary>
    internal static IReadOnlyList<JsonElement> Check(string text)
    {
        var archive = JsonDocument.Parse(text).RootElement;
        CheckObject("har", archive, "$");
        Assert.Equal("1.2", archive.GetProperty("log").GetProperty("version").GetString());
        List<JsonElement> entries = [.. archive.GetProperty("log").GetProperty("entries").EnumerateArray()];
        Assert.All(entries, CheckTimes);
        return entries;
    }

    /// <summary>All timings but <c>ssl</c>, which is a part of <c>connect</c>, are together the entry's time.</summary>
    private static void CheckTimes(JsonElement entry)
    {
        var timings = entry.GetProperty("timings");
        double Of(string name) => timings.TryGetProperty(name, out var value) ? Math.Max(0, value.GetDouble()) : 0;
        Assert.InRange(entry.GetProperty("time").GetDouble() - new[] { "blocked", "dns", "connect", "send", "wait", "receive" }.Sum(Of), -0.01, 0.01);
        Assert.True(Of("ssl") <= Of("connect"), timings.ToString());
    }

    private static void CheckObject(string type, JsonElement value, string path)
    {
        Assert.True(value.ValueKind == JsonValueKind.Object, $"{path} is no object");
        var fields = Types[type].Split(' ').Select(f => f.Split(':')).ToDictionary(f => f[0], f => f[1]);
        foreach (var property in value.EnumerateObject().Where(p => !p.Name.StartsWith('_')))
        {
            Assert.True(fields.TryGetValue(property.Name, out var wanted), $"{path}.{property.Name} is no field of HAR 1.2");
            CheckValue(wanted!.TrimEnd('?'), property.Value, $"{path}.{property.Name}");
        }

        foreach (var (name, _) in fields.Where(f => !f.Value.EndsWith('?'))) Assert.True(value.TryGetProperty(name, out _), $"{path} has no {name}");
    }

    private static void CheckValue(string type, JsonElement value, string path)
    {
        if (type.StartsWith('['))
        {
            Assert.True(value.ValueKind == JsonValueKind.Array, $"{path} is no list");
            foreach (var (item, i) in value.EnumerateArray().Select((item, i) => (item, i))) CheckObject(type.Trim('[', ']'), item, $"{path}[{i}]");
            return;
        }

        var holds = type switch
        {
            "text" => value.ValueKind == JsonValueKind.String,
            "time" => value.ValueKind == JsonValueKind.String && Time().IsMatch(value.GetString()!),
            "url" => value.ValueKind == JsonValueKind.String && Uri.TryCreate(value.GetString(), UriKind.Absolute, out _),
            "address" => value.ValueKind == JsonValueKind.String && System.Net.IPAddress.TryParse(value.GetString(), out _),
            "bool" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "number" => value.ValueKind == JsonValueKind.Number && value.GetDouble() >= 0,
            "known" => value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 or -1,
            "whole" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) && whole >= -1,
            _ => Object(),
        };
        Assert.True(holds, $"{path} is {value}, and should be {type}");

        bool Object()
        {
            CheckObject(type, value, path);
            return true;
        }
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Time();
}
