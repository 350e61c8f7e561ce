using System.Buffers;
using System.Text.Json;
using Usher.Doorway.Files.GatewaySchema;
using Usher.Doorway.Files.Yaml;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Binding;

/// <summary>What the binder made of a value.</summary>
/// <param name="Json">The value as JSON; null after an error.</param>
/// <param name="Lines">The line of every field.</param>
internal sealed record Bound(ReadOnlyMemory<byte>? Json, FieldLines Lines);

/// <summary>
/// Walks a YAML value beside a .NET type: every unknown field, double key and mistyped value is reported, and the value written as JSON
/// for the type's own serialiser.
/// </summary>
internal sealed class StrictBinder : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly Utf8JsonWriter json;
    private readonly FieldLines.Builder lines;
    private readonly FieldPath path = new();
    private readonly Action<int, string, string> report;
    private readonly bool secret;
    private bool failed;

    private StrictBinder(int line, Action<int, string, string> report, bool secret)
    {
        lines = new FieldLines.Builder(line);
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        this.report = report;
        this.secret = secret;
    }

    /// <summary>Binds a value to a type.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The type that its JSON is for.</param>
    /// <param name="report">Called with line, field and message of each error.</param>
    /// <param name="secret">True when errors must not show values.</param>
    internal static Bound Bind(YamlValue value, Type type, Action<int, string, string> report, bool secret = false)
    {
        using var binder = new StrictBinder(value.Line, report, secret);
        binder.Value(value, Shape.Of(type), value.Line);
        binder.json.Flush();
        return new Bound(binder.failed ? default(ReadOnlyMemory<byte>?) : binder.buffer.WrittenMemory, binder.lines.Build());
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    private void Value(YamlValue value, Shape shape, int line)
    {
        switch (shape.Form)
        {
            case Form.Object when value is YamlMap map: Fields(map, shape); break;
            case Form.Dictionary when value is YamlMap map: Pairs(map, shape.Item); break;
            case Form.List when value is YamlList list: Items(list, shape.Item); break;
            case Form.Free: Free(value); break;
            case Form.Object: Error(line, $"found {Describe(value)}; an object is wanted"); break;
            case Form.Dictionary: Error(line, $"found {Describe(value)}; an object of names and values is wanted"); break;
            case Form.List:
                Error(line, value is YamlMap ? "found an object; a list is wanted: put \"- \" before each item" : $"found {Describe(value)}; a list is wanted");
                break;
            default:
                if (value is YamlScalar scalar && ScalarJson.TryWrite(json, scalar, shape.Form)) break;
                Error(line, ScalarJson.Problem(value, shape.Form, secret || shape.Form == Form.Bytes));
                break;
        }
    }

    private void Fields(YamlMap map, Shape shape)
    {
        json.WriteStartObject();
        foreach (var (name, line, value) in map.Entries)
        {
            path.Push(name);
            if (shape.Field(name) is { } field)
            {
                var begun = lines.Begin(name, line);

                // As in Kubernetes, a field set to null is a field that isn't there.
                if (value is not YamlScalar { Kind: ScalarKind.Null })
                {
                    json.WritePropertyName(name);
                    Value(value, field, line);
                }

                lines.End(begun);
            }
            else
            {
                Error(line, ExperimentalFields.Has(shape.Type, name)
                    ? $"is {ExperimentalFields.Note}"
                    : $"unknown field{NearestWord.Hint(name, shape.FieldNames)}");
            }

            path.Pop();
        }

        json.WriteEndObject();
        Duplicates(map);
    }

    private void Pairs(YamlMap map, Shape shape)
    {
        json.WriteStartObject();
        foreach (var (name, line, value) in map.Entries)
        {
            path.Push(name);
            var begun = lines.Begin(name, line);
            json.WritePropertyName(name);
            Item(value, shape, line);
            lines.End(begun);
            path.Pop();
        }

        json.WriteEndObject();
        Duplicates(map);
    }

    private void Items(YamlList list, Shape shape)
    {
        json.WriteStartArray();
        for (var i = 0; i < list.Items.Count; i++)
        {
            path.Push(i);
            var begun = lines.Begin(null, list.Items[i].Line);
            Item(list.Items[i], shape, list.Items[i].Line);
            lines.End(begun);
            path.Pop();
        }

        json.WriteEndArray();
    }

    // Go reads a null among texts as an empty text; a null among objects would be an object without fields, which nobody means.
    private void Item(YamlValue value, Shape shape, int line)
    {
        if (value is YamlScalar { Kind: ScalarKind.Null } && shape.Form is (Form.Text or Form.Bytes)) json.WriteStringValue("");
        else Value(value, shape, line);
    }

    private void Free(YamlValue value)
    {
        switch (value)
        {
            case YamlMap map:
                json.WriteStartObject();
                foreach (var (name, _, inner) in map.Entries)
                {
                    json.WritePropertyName(name);
                    Free(inner);
                }

                json.WriteEndObject();
                Duplicates(map);
                break;
            case YamlList list:
                json.WriteStartArray();
                foreach (var item in list.Items) Free(item);
                json.WriteEndArray();
                break;
            case YamlScalar scalar:
                ScalarJson.WriteFree(json, scalar);
                break;
        }
    }

    private void Duplicates(YamlMap map)
    {
        foreach (var (key, line, first) in map.Duplicates)
        {
            path.Push(key);
            Error(line, $"is given twice, first on line {first}");
            path.Pop();
        }
    }

    private string Describe(YamlValue value) => Found.Describe(value, secret);

    private void Error(int line, string message)
    {
        failed = true;
        report(line, path.ToString(), message);
    }
}
