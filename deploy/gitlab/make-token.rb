# Gives root the token that `./sheaf init` drew (GITLAB_TOKEN), for a year: docker compose exec gitlab gitlab-rails runner /etc/sheaf/make-token.rb
word = ENV.fetch('GITLAB_TOKEN')
root = User.find_by!(username: 'root')
unless PersonalAccessToken.find_by_token(word)
  token = root.personal_access_tokens.build(name: 'sheaf', scopes: %w[api sudo], expires_at: 365.days.from_now)
  token.set_token(word)
  token.save!
end
