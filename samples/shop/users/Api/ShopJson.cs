using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Users.Api;

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(List<User>))]
[JsonSerializable(typeof(NewUser))]
internal sealed partial class ShopJson : JsonSerializerContext;
