"""Lists the words that the wire says of itself."""

from __future__ import annotations

from typing import Final

_OF_COZE: Final = """
    access_denied access_token account_permission added_success_user_ids admin agent all all_file_size
    already_invited_user_ids already_joined_user_ids answer api_app_id api_id api_info_list app app_id app_type
    arguments assistant attribute_constraint audio audio_config audio_url authorization_pending auto_call
    available_training_times avatar_url background_image_info batch_index big bit_depth bitrate bot_id bot_id_list
    bot_mode bot_used_count bytes cache_type call callback_url can_edit canceled canvas_position caption
    caption_type card cast channel char_count chat chat_id chatflow children_count chunk_strategy chunk_type
    client_error cloned closed code codec completed completed_at connector connector_bot_chat_attribute connector_id
    connector_uid content content_type context_round conversation_id conversations create_time created created_at
    creator creator_id creator_name creator_user_id custom customized customized_prompt data data_field dataset_id
    dataset_ids dataset_list debug_url default default_user_input_type default_value desc description detail
    development device_code disable doc_count document_id document_infos document_name document_source done en
    enable enterprise_admin enterprise_id enterprise_member entity_id entity_type error error_code error_message es
    event event_id event_type execute_id execute_status expired_token expires_in ext fail failed failed_at
    failed_file_list feature_count feature_desc feature_id feature_name feature_score_list feishu file file_base64
    file_id file_list file_name file_type file_url files first_id folder_id folder_type follow_up format format_type
    frame_size_ms frequency_penalty from function function_call gradient_position group_id has_more headers height
    hit_count icon_url id id_list ids image image_url in_progress init input_count inserted_additional_messages
    interrupt interrupt_data interval invited_success_user_ids is_async is_finish is_output_trimmed is_published
    is_system_voice items ja json_body keyword knowledge kvvariable language_code language_name last_error last_id
    last_section_id left library like limit_config listvariable live_type location logid loop_index max_frame_num
    max_tokens member message messages meta_data method mobile_background_image model_id model_info model_name
    model_type mp3 msg name next_page_token nick_name nickname node_execute_status node_execute_uuid node_id
    node_is_finish node_output node_seq_id node_title normal not_exist_user_ids not_in_workspace_user_ids
    object_string ogg_opus onboarding_info opus_config origin output output_count owner
    owner_not_support_remove_user_ids owner_user_id parameters params parent_folder_id pcm pcm_config period
    permission_list personal photo_infos plugin_id plugin_info_list podcast presence_penalty preview_audio
    preview_text processing_file_id_list processing_file_list progress prologue prologue_content
    prologue_delay_duration_ms prompt prompt_enable prompt_info pt published_at published_draft published_online
    question reasoning_content refresh_token remaining_time remove_extra_spaces remove_urls_emails
    removed_success_user_ids reply_message reply_mode required_action requires_action response_format right role
    role_type room_id room_mode run_mode running s2s sample_rate score search_strategy section_id separator size
    slice_count slow_down small source_file_id source_info source_type sp_anti_leak sp_current_time space_bots
    space_id speech_rate state status status_descript stream stream_id stream_infos stream_video_type sub_execute_id
    submit_tool_outputs success suggest_reply_info suggested_questions system team temperature text theme_color to
    token token_count token_type tool_call_id tool_calls tool_output tool_response top top_k top_p total total_count
    translate translate_config translation type uid unknown unlike unpublished_draft update_interval update_rule
    update_time update_type updated_at url usage use_cbr user user_code user_id user_info user_name user_nickname
    user_unique_name value variable_type variables verbose verification_uri verification_url verify_token version
    video_config video_frame_expire_duration video_frame_rate voice voice_id voice_info_list voice_list wav
    web_background_image web_url width workflow workflow_detail workflow_id workflow_info_list workflow_name
    workspace_id workspace_type workspaces zh
"""
"""The fields and the enumerated values of the API, as cozepy 0.20.0 declares them, in lower case."""

_OF_FORMATS: Final = """
    anonymous array boolean bot conversation coze false guest http https input json model null number object private
    public root string test tool tool_call tools true users video
"""
"""What JSON, HTTP and accounts for tests say of themselves."""

PROTOCOL_WORDS: Final = frozenset(_OF_COZE.split()) | frozenset(_OF_FORMATS.split())
"""A person or a workspace of such a name is hidden in the own field only: elsewhere it would break an answer."""
