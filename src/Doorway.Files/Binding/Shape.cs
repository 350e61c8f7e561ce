using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Doorway.Files.Binding;

/// <summary>What a .NET type takes in a manifest.</summary>
internal enum Form
{
    Text,
    Boolean,
    Int32,
    Int64,
    Number,
    Time,
    Bytes,
    IntOrText,
    Quantity,
    List,
    Dictionary,
    Object,

    /// <summary>Anything.</summary>
    Free,
}

/// <summary>A .NET type as the binder sees it: its form, its fields by JSON name, the type of its items.</summary>
internal sealed class Shape
{
    private static readonly ConcurrentDictionary<Type, Shape> Known = new();

    private static readonly FrozenDictionary<Type, Form> Leaves = new Dictionary<Type, Form>
    {
        [typeof(string)] = Form.Text,
        [typeof(bool)] = Form.Boolean,
        [typeof(int)] = Form.Int32,
        [typeof(long)] = Form.Int64,
        [typeof(double)] = Form.Number,
        [typeof(DateTime)] = Form.Time,
        [typeof(byte[])] = Form.Bytes,
        [typeof(IntOrString)] = Form.IntOrText,
        [typeof(ResourceQuantity)] = Form.Quantity,
        [typeof(object)] = Form.Free,
        [typeof(JsonElement)] = Form.Free,
    }.ToFrozenDictionary();

    private readonly Type? item;
    private readonly FrozenDictionary<string, Type> fields = FrozenDictionary<string, Type>.Empty;
    private readonly Type? others;

    private Shape(Type type)
    {
        Type = type;
        if (Leaves.TryGetValue(type, out var leaf))
        {
            Form = leaf;
        }
        else if (ArgumentOf(type, typeof(IDictionary<,>), 1) is { } value)
        {
            (Form, item) = (Form.Dictionary, value);
        }
        else if (ArgumentOf(type, typeof(IList<>), 0) is { } element)
        {
            (Form, item) = (Form.List, element);
        }
        else
        {
            Form = Form.Object;
            var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).ToLookup(p => p.IsDefined(typeof(JsonExtensionDataAttribute)));
            others = properties[true].Select(p => ArgumentOf(p.PropertyType, typeof(IDictionary<,>), 1)).FirstOrDefault();
            fields = properties[false]
                .ToFrozenDictionary(NameOf, p => p.PropertyType, StringComparer.Ordinal);
        }
    }

    /// <summary>The type.</summary>
    internal Type Type { get; }

    internal Form Form { get; }

    /// <summary>The shape of a list's items or a dictionary's values.</summary>
    internal Shape Item => Of(item!);

    /// <summary>The names of an object's fields.</summary>
    internal IReadOnlyCollection<string> FieldNames => fields.Keys;

    internal static Shape Of(Type type) => Known.GetOrAdd(Nullable.GetUnderlyingType(type) ?? type, t => new Shape(t));

    /// <summary>The shape of an object's field, or null when it has no such field and doesn't take any (<see cref="JsonExtensionDataAttribute"/>).</summary>
    internal Shape? Field(string name) => fields.TryGetValue(name, out var type) ? Of(type) : others is null ? null : Of(others);

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static Type? ArgumentOf(Type type, Type generic, int argument) =>
        new[] { type }.Concat(type.GetInterfaces())
            .FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == generic)?.GetGenericArguments()[argument];
}
